using System.Net;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Rules;

/// <summary>Asks Connector what an object of a connection's CRM looks like to its user.</summary>
public sealed class SchemaClient(HttpClient http)
{
    /// <returns>The schema; null where the workspace has no such connection, or its CRM no such object.</returns>
    /// <exception cref="HttpRequestException">It cannot be told now.</exception>
    public async Task<CrmSchema?> ReadAsync(
        string workspace,
        Guid connectionId,
        string objectName,
        CancellationToken cancellationToken
    )
    {
        var path = $"/v1/connections/{connectionId}/schema/{Uri.EscapeDataString(objectName)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path).ForWorkspace(workspace);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<CrmSchema>(JsonSerializerOptions.Web, cancellationToken);
    }

    /// <summary>All connections of a workspace.</summary>
    /// <exception cref="HttpRequestException">They cannot be told now.</exception>
    public async Task<IReadOnlyList<NamedConnection>> ListAsync(string workspace, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/connections").ForWorkspace(workspace);
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (
            await response.Content.ReadFromJsonAsync<List<NamedConnection>>(
                JsonSerializerOptions.Web,
                cancellationToken
            )
        )!;
    }
}
