using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace LeadSync.Testing;

/// <summary>What of the broker's management HTTP API tests need.</summary>
internal sealed class BrokerManagement(Uri place) : IDisposable
{
    private readonly HttpClient _client = MakeClient(place);

    public Task PutAsync(string path, object? body = null) => SendAsync(HttpMethod.Put, path, body ?? new { });

    public Task DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    public async Task<JsonElement> GetAsync(string path) =>
        await _client.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));

    public static string Escape(string part) => Uri.EscapeDataString(part);

    private async Task SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await _client.SendAsync(request);
        if (method == HttpMethod.Delete && response.StatusCode == HttpStatusCode.NotFound)
            return;
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException(
                $"{method} {path} at the broker: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}"
            );
    }

    private static HttpClient MakeClient(Uri place)
    {
        var client = new HttpClient(new SocketsHttpHandler())
        {
            BaseAddress = new Uri(
                place.GetLeftPart(UriPartial.Authority).Replace($"{place.UserInfo}@", "", StringComparison.Ordinal)
            ),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(place.UserInfo)))
        );
        return client;
    }

    public void Dispose() => _client.Dispose();
}
