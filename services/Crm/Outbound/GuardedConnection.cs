using System.Net;

namespace LeadSync.Crm.Outbound;

/// <summary>
/// Opens connections to CRMs: looks the name up once, keeps of the answer only addresses of the public internet, and connects
/// to these very addresses. So a name whose owner points it at our own network, at once or between check and use, leads
/// nowhere.
/// </summary>
internal sealed class GuardedConnection(HostGuard hosts, Network network)
{
    /// <summary>What carries out all requests to CRMs.</summary>
    public SocketsHttpHandler ToHandler() =>
        new()
        {
            ConnectCallback = OpenAsync,
            // A token goes nowhere but where it was issued for.
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would look names up by itself, and one from the environment would do so unnoticed.
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // An idle connection that the other side has just closed would make a write's outcome unknown.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };

    private async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await network.LookUpAsync(host, cancellationToken);
        if (!hosts.IsForDevelopment(host))
        {
            addresses = Array.FindAll(addresses, PublicAddress.Is);
            if (addresses.Length == 0)
                throw new CrmException(GuardedRequests.NotAllowed(host, "leads to no address of the public internet"));
        }
        return await network.ConnectAsync(addresses, port, cancellationToken);
    }
}
