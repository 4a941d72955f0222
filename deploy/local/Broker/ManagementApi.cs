using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Local.Broker;

/// <summary>A message looked at without being taken.</summary>
/// <param name="Behind">How many more wait behind it.</param>
public sealed record PeekedMessage(
    [property: JsonPropertyName("message_count")] long Behind,
    [property: JsonPropertyName("payload_bytes")] long PayloadBytes,
    string Payload,
    [property: JsonPropertyName("payload_encoding")] string PayloadEncoding,
    JsonElement Properties
);

/// <summary>What a user may configure, write to and read from: a regular expression each, over names of queues and exchanges.</summary>
public sealed record BrokerPermissions(string Configure, string Write, string Read);

/// <summary>What a user may publish to a topic exchange, and bind to it: a regular expression each, over routing keys.</summary>
public sealed record TopicPermissions(string Exchange, string Write, string Read);

/// <summary>The broker's management HTTP API, in the virtual host that LeadSync uses.</summary>
public sealed class ManagementApi
{
    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly string _login;

    /// <param name="address">http URI with login and password.</param>
    /// <param name="broker">amqp URI; its path names the virtual host.</param>
    public ManagementApi(HttpClient http, Uri address, Uri broker)
    {
        _http = http;
        _address = address;
        _login = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo)));
        VirtualHost = broker.AbsolutePath.Length <= 1 ? "/" : Uri.UnescapeDataString(broker.AbsolutePath[1..]);
    }

    public string VirtualHost { get; }

    /// <summary>Its address without login, to show.</summary>
    public string Address => $"{_address.Scheme}://{_address.Authority}";

    public static ManagementApi FromEnvironment(HttpClient http) =>
        new(
            http,
            new Uri(
                Environment.GetEnvironmentVariable("LEADSYNC_RABBITMQ_MANAGEMENT") is { Length: > 0 } address
                    ? address
                    : throw new CommandException(
                        "LEADSYNC_RABBITMQ_MANAGEMENT is not set: beside an existing broker its management API is needed, as http://user:password@host:15672."
                    )
            ),
            new Uri(Checkout.Required("LEADSYNC_RABBITMQ"))
        );

    public async Task<IReadOnlyList<string>> QueuesAsync(CancellationToken cancellationToken) =>
        [.. (await GetAsync<List<Named>>($"queues/{Escape(VirtualHost)}", cancellationToken)).Select(one => one.Name)];

    /// <summary>Names of the queues that are bound to one of our exchanges.</summary>
    public async Task<IReadOnlySet<string>> BoundQueuesAsync(string exchangePrefix, CancellationToken cancellationToken)
    {
        var bindings = await GetAsync<List<Binding>>($"bindings/{Escape(VirtualHost)}", cancellationToken);
        return bindings
            .Where(binding => binding.Source.StartsWith(exchangePrefix, StringComparison.Ordinal))
            .Select(binding => binding.Destination)
            .ToHashSet(StringComparer.Ordinal);
    }

    public async Task<IReadOnlyList<string>> ExchangesAsync(CancellationToken cancellationToken) =>
        [
            .. (await GetAsync<List<Named>>($"exchanges/{Escape(VirtualHost)}", cancellationToken)).Select(one =>
                one.Name
            ),
        ];

    public async Task<IReadOnlyList<string>> UsersAsync(CancellationToken cancellationToken) =>
        [.. (await GetAsync<List<Named>>("users", cancellationToken)).Select(one => one.Name)];

    /// <summary>Looks at the first messages of a queue and puts them back; they count as redelivered from then on.</summary>
    public async Task<IReadOnlyList<PeekedMessage>> PeekAsync(
        string queue,
        int count,
        CancellationToken cancellationToken
    ) =>
        (
            await SendAsync<List<PeekedMessage>>(
                HttpMethod.Post,
                $"queues/{Escape(VirtualHost)}/{Escape(queue)}/get",
                new
                {
                    count,
                    ackmode = "ack_requeue_true",
                    encoding = "auto",
                },
                cancellationToken
            )
        )!;

    /// <summary>Deletes every message of a queue.</summary>
    public Task PurgeAsync(string queue, CancellationToken cancellationToken) =>
        DeleteAsync($"queues/{Escape(VirtualHost)}/{Escape(queue)}/contents", cancellationToken);

    public Task DeleteQueueAsync(string queue, CancellationToken cancellationToken) =>
        DeleteAsync($"queues/{Escape(VirtualHost)}/{Escape(queue)}", cancellationToken);

    public Task DeleteExchangeAsync(string exchange, CancellationToken cancellationToken) =>
        DeleteAsync($"exchanges/{Escape(VirtualHost)}/{Escape(exchange)}", cancellationToken);

    public Task DeleteUserAsync(string user, CancellationToken cancellationToken) =>
        DeleteAsync($"users/{Escape(user)}", cancellationToken);

    /// <summary>Makes a user, or gives the user that is there this password and these permissions.</summary>
    /// <param name="topics">
    /// What of topic exchanges it may hear. Set first: without, a permission to read one is a permission to hear all of it.
    /// </param>
    public async Task PutUserAsync(
        string user,
        string password,
        BrokerPermissions permissions,
        TopicPermissions topics,
        CancellationToken cancellationToken
    )
    {
        await PutAsync($"users/{Escape(user)}", new { password, tags = "" }, cancellationToken);
        await PutAsync($"topic-permissions/{Escape(VirtualHost)}/{Escape(user)}", topics, cancellationToken);
        await PutAsync($"permissions/{Escape(VirtualHost)}/{Escape(user)}", permissions, cancellationToken);
    }

    /// <summary>Bounds all queues whose name matches a pattern, whatever they were declared with.</summary>
    /// <param name="definition">Keys of the broker's operator policies.</param>
    public Task PutOperatorPolicyAsync(
        string name,
        string pattern,
        IReadOnlyDictionary<string, long> definition,
        CancellationToken cancellationToken
    ) =>
        PutAsync(
            $"operator-policies/{Escape(VirtualHost)}/{Escape(name)}",
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["pattern"] = pattern,
                ["apply-to"] = "queues",
                ["definition"] = definition,
            },
            cancellationToken
        );

    private async Task PutAsync(string path, object body, CancellationToken cancellationToken) =>
        await SendAsync<object>(HttpMethod.Put, path, body, cancellationToken);

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        (await SendAsync<T>(HttpMethod.Get, path, body: null, cancellationToken))!;

    private async Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        await SendAsync<object>(HttpMethod.Delete, path, body: null, cancellationToken);

    private async Task<T?> SendAsync<T>(
        HttpMethod method,
        string path,
        object? body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(Address), $"/api/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", _login);
        if (body is not null)
        {
            // With a length: the management API of RabbitMQ 3.10 reads no chunked bodies on every path.
            request.Content = new StringContent(
                JsonSerializer.Serialize(body, JsonSerializerOptions.Web),
                Encoding.UTF8,
                "application/json"
            );
        }
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
                throw new CommandException($"The broker at {Address} does not know {Uri.UnescapeDataString(path)}.");
            if (!response.IsSuccessStatusCode)
            {
                var why = await response.Content.ReadAsStringAsync(cancellationToken);
                throw new CommandException(
                    $"The broker at {Address} answered {(int)response.StatusCode} to {method} {path}: {why}"
                );
            }
            return response.Content.Headers.ContentLength is null or > 0 && typeof(T) != typeof(object)
                ? await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellationToken)
                : default;
        }
        catch (HttpRequestException)
        {
            throw new CommandException(
                $"The broker's management API at {Address} does not answer. Does it run? ./run status tells."
            );
        }
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private sealed record Named(string Name);

    private sealed record Binding(string Source, string Destination);
}
