using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Gateway.Tests;

/// <summary>The real Gateway with a database and a virtual host of its own; nobody consumes what it publishes.</summary>
public class GatewayUnderTest : ServiceUnderTest<ApiKey>
{
    public const string Workspace = "acme";
    public const string CaptureQueue = "mapping.capture";

    /// <summary>A Manager of <see cref="Workspace"/>, put in at start.</summary>
    public string BootstrapKey { get; } = KeyText.Make().Text;

    public GatewayUnderTest()
        : base("gateway")
    {
        Settings["Gateway:BootstrapKey"] = BootstrapKey;
        Settings["Gateway:BootstrapWorkspace"] = Workspace;
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await BeReadyAsync();
    }

    /// <summary>Waits until Gateway says that it is ready: before, it refuses what it could lose.</summary>
    public Task BeReadyAsync() =>
        Eventually.ShouldBe(async () =>
            (await Anonymous().SendAsync(HttpMethod.Get, "/health/ready")).StatusCode == HttpStatusCode.OK
        );

    /// <summary>A new key, as a Manager would have made it.</summary>
    public async Task<string> MakeKeyAsync(
        KeyRole role,
        string workspace = Workspace,
        string? source = null,
        DateTimeOffset? expiresAt = null
    )
    {
        var (text, key) = KeyText.Make();
        var added = await Services
            .GetRequiredService<ApiKeyStore>()
            .AddAsync(
                new ApiKeyRow(
                    key.Id,
                    workspace,
                    "test",
                    KeysApi.Name(role),
                    source,
                    key.SecretHash,
                    TimeProvider.System.GetUtcNow(),
                    "test",
                    expiresAt,
                    RevokedAt: null,
                    LastUsedAt: null
                ),
                CancellationToken.None
            );
        added.ShouldBeTrue();
        return text;
    }

    /// <summary>A client that comes with a key.</summary>
    public HttpClient ClientWith(string key)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>A client with a new key.</summary>
    public async Task<HttpClient> ClientAsync(
        KeyRole role = KeyRole.Capture,
        string workspace = Workspace,
        string? source = null
    ) => ClientWith(await MakeKeyAsync(role, workspace, source));

    /// <summary>Takes what was published off the queue: one list per message.</summary>
    public async Task<IReadOnlyList<LeadCaptured>> PublishedAsync() =>
        [
            .. (await Broker.ReadAsync(CaptureQueue, 10_000)).Select(message =>
                JsonSerializer.Deserialize<LeadCaptured>(message.Body.Span, Wire.Json)!
            ),
        ];
}

/// <summary>Requests and answers as products write and read them.</summary>
public static class Http
{
    public const string Json = "application/json";
    public const string Lines = "application/x-ndjson";

    public static StringContent Body(string text, string type = Json) => new(text, Encoding.UTF8, type);

    public static string Lead(string leadId, string source = "web", string name = "Ada") =>
        $$$"""{"source":"{{{source}}}","leadId":"{{{leadId}}}","fields":{"firstName":"{{{name}}}"}}""";

    public static Task<HttpResponseMessage> CaptureAsync(
        this HttpClient client,
        string body,
        string type = Json,
        string? idempotencyKey = null,
        string path = "/v1/leads"
    ) => client.CaptureAsync(Body(body, type), idempotencyKey, path);

    public static async Task<HttpResponseMessage> CaptureAsync(
        this HttpClient client,
        HttpContent body,
        string? idempotencyKey = null,
        string path = "/v1/leads"
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        if (idempotencyKey is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        return await client.SendAsync(request);
    }

    /// <summary>The next line of an answer; null at its end.</summary>
    public static async Task<JsonElement?> NextAsync(this StreamReader answers) =>
        await answers.ReadLineAsync() is { } line ? JsonElement.Parse(line) : null;

    public static async Task<StreamReader> OpenAsync(this HttpResponseMessage response) =>
        new(await response.Content.ReadAsStreamAsync());

    public static Task<string> ReadTextAsync(this HttpResponseMessage response) => response.Content.ReadAsStringAsync();

    public static Task<HttpResponseMessage> SendAsync(
        this HttpClient client,
        HttpMethod method,
        string path,
        HttpContent? body = null
    ) => client.SendAsync(new HttpRequestMessage(method, path) { Content = body });

    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage response) =>
        JsonElement.Parse(await response.Content.ReadAsStringAsync());

    public static async Task<IReadOnlyList<JsonElement>> ReadLinesAsync(this HttpResponseMessage response) =>
        [
            .. (await response.Content.ReadAsStringAsync())
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line)),
        ];

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
