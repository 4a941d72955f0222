using System.Net;
using System.Net.Sockets;

namespace LeadSync.Crm.Outbound;

/// <summary>The machine's own way to names and hosts. Open only so that tests can count what would be connected to.</summary>
internal class Network
{
    public virtual Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken) =>
        Dns.GetHostAddressesAsync(host, cancellationToken);

    /// <summary>Connects to the first of the addresses that answers.</summary>
    public virtual async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
