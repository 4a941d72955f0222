using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LeadSync.Testing;

namespace LeadSync.Bench.Houses;

/// <summary>What the broker counts, over its management API; it counts anew every five seconds.</summary>
public sealed class BrokerFigures : IDisposable
{
    private readonly string _virtualHost;
    private readonly HttpClient _http;

    public BrokerFigures(TestBroker broker)
    {
        var place = broker.Place.Management!;
        _virtualHost = broker.VirtualHost;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new UriBuilder(place) { UserName = "", Password = "" }.Uri,
        };
        var login = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(place.UserInfo));
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(login)
        );
    }

    /// <summary>The process of the first node; null when it does not say.</summary>
    public async Task<int?> ProcessAsync()
    {
        var nodes = await _http.GetFromJsonAsync<JsonElement>("/api/nodes?columns=os_pid");
        return int.TryParse(
            nodes[0].GetProperty("os_pid").GetString(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var id
        )
            ? id
            : null;
    }

    public async Task<string> VersionAsync() =>
        (await _http.GetFromJsonAsync<JsonElement>("/api/overview?columns=rabbitmq_version"))
            .GetProperty("rabbitmq_version")
            .GetString()!;

    /// <summary>What went through the virtual host since it was made.</summary>
    public async Task<BrokerCounts> CountAsync()
    {
        var host = await _http.GetFromJsonAsync<JsonElement>($"/api/vhosts/{_virtualHost}");
        host.TryGetProperty("message_stats", out var messages);
        return new BrokerCounts(
            Number(messages, "publish"),
            Number(messages, "deliver_get"),
            Number(host, "recv_oct"),
            Number(host, "send_oct")
        );
    }

    /// <summary>The queues that hold anything, as <c>name: so many wait, so many in hand</c>; dead letters among them.</summary>
    public async Task<IReadOnlyList<string>> HoldingAsync()
    {
        var queues = await _http.GetFromJsonAsync<JsonElement>($"/api/queues/{_virtualHost}");
        return
        [
            .. queues
                .EnumerateArray()
                .Where(queue => Number(queue, "messages") > 0)
                .Select(queue =>
                    $"{queue.GetProperty("name").GetString()}: {Number(queue, "messages_ready")} wait, {Number(queue, "messages_unacknowledged")} in hand"
                ),
        ];
    }

    private static long Number(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    public void Dispose() => _http.Dispose();
}

/// <param name="Published">Messages, each once however many queues it goes to.</param>
/// <param name="Delivered">Messages, once for each queue.</param>
/// <param name="BytesIn">Received by the broker, the protocol's own bytes included.</param>
public sealed record BrokerCounts(long Published, long Delivered, long BytesIn, long BytesOut);
