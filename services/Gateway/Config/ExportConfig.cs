using System.Text;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;

namespace LeadSync.Gateway.Config;

/// <summary>Joins what everyone gives who keeps a part of a workspace's settings into one file.</summary>
internal sealed class ExportConfig(
    IHttpClientFactory clients,
    ServiceTokens tokens,
    IReadOnlyList<ConfigOwner> owners,
    ILogger<ExportConfig> log
)
{
    public async Task<IResult> HandleAsync(HttpContext context, Caller caller)
    {
        var file = new StringBuilder();
        var asked = owners[0].Service;
        try
        {
            foreach (var owner in owners)
            {
                asked = owner.Service;
                // Each gives whole sections, which YAML lets stand one after the other.
                file.Append(await AskAsync(owner, caller, context.RequestAborted));
            }
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault) && !context.RequestAborted.IsCancellationRequested)
        {
            log.LogWarning("Giving settings lacks {Service} ({Fault})", asked, Faults.Name(fault));
            return Forwarding.Forwarder.Unavailable(asked);
        }
        return Results.Text(file.ToString(), "application/yaml");
    }

    private async Task<string> AskAsync(ConfigOwner owner, Caller caller, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(owner.Service);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/config");
        request.Headers.Authorization = new("Bearer", tokens.Make(owner.Service.ToLowerInvariant(), caller));
        using var response = await client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }
}
