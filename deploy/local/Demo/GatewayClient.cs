using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeadSync.Local.Demo;

/// <summary>A lead as it is captured: one line of NDJSON.</summary>
public sealed record CaptureItem(
    string Source,
    string LeadId,
    Guid EventId,
    DateTimeOffset OccurredAt,
    IReadOnlyDictionary<string, string> Fields
);

/// <summary>What Gateway answers to one item: accepted, or rejected with code, message and fix.</summary>
public sealed record CaptureAnswer(int Index, string Status, string? Code, string? Message, string? Fix)
{
    public bool IsAccepted => Status == "accepted";

    /// <summary>Not refused for what it says: the broker did not take it just then.</summary>
    public bool IsPassing => Code == "BROKER_UNAVAILABLE";
}

/// <summary>What has become of the leads of a source that were captured at or after an instant.</summary>
public sealed record Counts(
    int Captured,
    int Waiting,
    int Created,
    int Updated,
    int Unchanged,
    int Skipped,
    int Failed,
    int Unrouted,
    IReadOnlyList<FailureCount>? Failures
)
{
    /// <summary>Leads that have their outcome at a connection.</summary>
    public int Attempted => Created + Updated + Unchanged + Skipped + Failed;
}

/// <summary>How many leads failed for one cause, and what mends it.</summary>
public sealed record FailureCount(string Code, int Count, string? Cause, string? Fix);

/// <summary>The public HTTP API, as any product uses it: with an API key.</summary>
public sealed class GatewayClient(HttpClient http, Uri gateway, string apiKey)
{
    // Names stay readable in a trace of the wire; the body is JSON either way.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Makes sure that the connection exists and speaks to this org.</summary>
    /// <returns>Null; or its id when somebody has deauthorised it, which only a person takes back.</returns>
    public async Task<Guid?> ConnectAsync(string name, Uri org, OrgClient client, CancellationToken cancellationToken)
    {
        var wanted = new
        {
            name,
            system = "salesforce",
            instanceUrl = org.ToString().TrimEnd('/'),
            clientId = client.Id,
            clientSecret = client.Secret,
            direction = "push",
        };
        using var response = await SendAsync(
            HttpMethod.Post,
            "/v1/connections",
            JsonContent.Create(wanted, options: Json),
            cancellationToken
        );
        if (response.StatusCode == HttpStatusCode.Conflict)
            return await ReconnectAsync(name, wanted.instanceUrl, client, cancellationToken);
        await RequireSuccessAsync(response, $"connecting '{name}'", cancellationToken);
        return null;
    }

    // It is there from an earlier run. The org may have moved to another port since.
    private async Task<Guid?> ReconnectAsync(
        string name,
        string instanceUrl,
        OrgClient client,
        CancellationToken cancellationToken
    )
    {
        if (await FindAsync(name, cancellationToken) is not { } known)
            throw new CommandException("The simulated org is connected under another name: ./run reset starts afresh.");
        if (known.Status == "disconnected")
            return known.Id;
        if (known.InstanceUrl.TrimEnd('/') == instanceUrl)
            return null;
        using var response = await SendAsync(
            HttpMethod.Put,
            $"/v1/connections/{known.Id}/credentials",
            JsonContent.Create(
                new
                {
                    instanceUrl,
                    clientId = client.Id,
                    clientSecret = client.Secret,
                },
                options: Json
            ),
            cancellationToken
        );
        if (
            !response.IsSuccessStatusCode
            || (await FindAsync(name, cancellationToken))?.InstanceUrl.TrimEnd('/') != instanceUrl
        )
        {
            throw new CommandException(
                $"The connection '{name}' points to {known.InstanceUrl}, where the simulated org listened before, and that port is taken now. Free it and ./run stop, or ./run reset."
            );
        }
        return null;
    }

    private async Task<Connection?> FindAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, "/v1/connections", content: null, cancellationToken);
        await RequireSuccessAsync(response, "listing connections", cancellationToken);
        var connections = await response.Content.ReadFromJsonAsync<List<Connection>>(Json, cancellationToken);
        return connections!.Find(connection => connection.Name == name);
    }

    private sealed record Connection(Guid Id, string Name, string InstanceUrl, string Status);

    /// <summary>Applies sources, routes and mappings from YAML.</summary>
    public async Task ApplyAsync(string yaml, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Put,
            "/v1/config",
            new StringContent(yaml, Encoding.UTF8, "application/yaml"),
            cancellationToken
        );
        await RequireSuccessAsync(response, "applying the configuration", cancellationToken);
    }

    /// <summary>Captures leads; the answers come as Gateway gives them. To be repeated with the same items when it is busy.</summary>
    public async IAsyncEnumerable<CaptureAnswer> CaptureAsync(
        IReadOnlyList<CaptureItem> items,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var body = new StringBuilder();
        foreach (var item in items)
            body.Append(JsonSerializer.Serialize(item, Json)).Append('\n');
        using var response = await SendAsync(
            HttpMethod.Post,
            "/v1/leads",
            new StringContent(body.ToString(), Encoding.UTF8, "application/x-ndjson"),
            cancellationToken
        );
        if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
            throw new GatewayBusyException(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
        await RequireSuccessAsync(response, "capturing leads", cancellationToken);

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var lines = new StreamReader(stream, Encoding.UTF8);
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0)
                yield return JsonSerializer.Deserialize<CaptureAnswer>(line, Json)!;
        }
    }

    public async Task<Counts> CountAsync(string source, DateTimeOffset since, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Get,
            $"/v1/counts?source={Uri.EscapeDataString(source)}&since={Uri.EscapeDataString(since.UtcDateTime.ToString("O"))}",
            content: null,
            cancellationToken
        );
        await RequireSuccessAsync(response, "reading the counts", cancellationToken);
        return (await response.Content.ReadFromJsonAsync<Counts>(Json, cancellationToken))!;
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(gateway, path)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static async Task RequireSuccessAsync(
        HttpResponseMessage response,
        string doing,
        CancellationToken cancellationToken
    )
    {
        if (response.IsSuccessStatusCode)
            return;
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        throw new CommandException(
            $"{char.ToUpperInvariant(doing[0])}{doing[1..]}: Gateway answered {(int)response.StatusCode}. {body}"
        );
    }
}

/// <summary>The application that the simulated org knows.</summary>
public sealed record OrgClient(string Id, string Secret);

/// <summary>Gateway accepted nothing for now; the same items may be sent again after a while.</summary>
public sealed class GatewayBusyException(TimeSpan retryAfter) : Exception
{
    public TimeSpan RetryAfter => retryAfter;
}
