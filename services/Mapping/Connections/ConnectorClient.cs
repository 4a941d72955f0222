using System.Globalization;
using System.Net;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.References;

namespace LeadSync.Mapping.Connections;

/// <summary>A connection as Connector tells of it; what Mapping needs.</summary>
public sealed record CrmConnection(Guid Id, string Name, string Direction)
{
    public bool MayPush => Direction is "push" or "both";
    public bool MayPull => Direction is "pull" or "both";
}

/// <summary>What came of asking for an object's schema.</summary>
public abstract record SchemaReading
{
    private SchemaReading() { }

    public sealed record Known(CrmSchema Schema) : SchemaReading;

    /// <summary>The connection, or the object in its CRM, is not there.</summary>
    public sealed record NotThere : SchemaReading;

    /// <summary>It cannot be told now.</summary>
    public sealed record Unavailable(FailureKind Kind) : SchemaReading;
}

/// <summary>Asks Connector for connections and for what their CRMs hold.</summary>
public sealed class ConnectorClient(HttpClient http)
{
    /// <summary>All connections of a workspace; throws <see cref="HttpRequestException"/> when Connector does not answer.</summary>
    public async Task<IReadOnlyList<CrmConnection>> ListAsync(string workspace, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/connections").ForWorkspace(workspace);
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (
            await response.Content.ReadFromJsonAsync<List<CrmConnection>>(JsonSerializerOptions.Web, cancellationToken)
        )!;
    }

    /// <param name="doubtedAt">When the CRM contradicted what was known: a description of before will not do.</param>
    public async Task<SchemaReading> ReadSchemaAsync(
        string workspace,
        Guid connectionId,
        string name,
        CancellationToken cancellationToken,
        DateTimeOffset? doubtedAt = null
    )
    {
        var path = $"/v1/connections/{connectionId}/schema/{Uri.EscapeDataString(name)}";
        if (doubtedAt is { } instant)
            path += $"?doubtedAt={Uri.EscapeDataString(instant.ToString("O", CultureInfo.InvariantCulture))}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path).ForWorkspace(workspace);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return new SchemaReading.NotThere();
            if (!response.IsSuccessStatusCode)
                return new SchemaReading.Unavailable(await KindAsync(response, cancellationToken));
            var schema = await response.Content.ReadFromJsonAsync<CrmSchema>(
                JsonSerializerOptions.Web,
                cancellationToken
            );
            return new SchemaReading.Known(schema!);
        }
        catch (Exception fault)
            when (fault is HttpRequestException or JsonException
                || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return new SchemaReading.Unavailable(FailureCatalogue.Unavailable);
        }
    }

    /// <summary>Looks records up by what a field of theirs holds.</summary>
    /// <param name="values">At most 200.</param>
    /// <returns>What is known for certain; none while Connector or the CRM does not answer, or has no such object or field.</returns>
    public async Task<IReadOnlyList<LookedUp>> LookUpAsync(
        string workspace,
        Guid connectionId,
        string name,
        string by,
        IReadOnlyList<string> values,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/v1/connections/{connectionId}/lookup"
        ).ForWorkspace(workspace);
        request.Content = JsonContent.Create(
            new
            {
                @object = name,
                by,
                values,
            }
        );
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? (
                    await response.Content.ReadFromJsonAsync<List<LookedUp>>(
                        JsonSerializerOptions.Web,
                        cancellationToken
                    )
                )!
                : [];
        }
        catch (Exception fault)
            when (fault is HttpRequestException or JsonException
                || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return [];
        }
    }

    private static async Task<FailureKind> KindAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return
                problem.ValueKind == JsonValueKind.Object
                && problem.TryGetProperty("code", out var code)
                && FailureCatalogue.All.TryGetValue(code.GetString() ?? "", out var kind)
                ? kind
                : FailureCatalogue.Unavailable;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return FailureCatalogue.Unavailable;
        }
    }
}
