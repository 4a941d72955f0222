using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace LeadSync.CrmSimulator.Tests;

/// <summary>A plain HTTP client with a session at a simulator of its own.</summary>
internal sealed class Client : IAsyncDisposable
{
    public const string Root = "/services/data/v60.0";

    private readonly SocketsHttpHandler handler = new();

    private Client(Simulator simulator)
    {
        Simulator = simulator;
        Http = new(handler, disposeHandler: true) { BaseAddress = simulator.Address };
    }

    public Simulator Simulator { get; }
    public HttpClient Http { get; }

    public static async Task<Client> StartAsync(SimulatorOptions? options = null)
    {
        var client = new Client(await Simulator.StartAsync(options));
        await client.LogInAsync();
        return client;
    }

    public async Task LogInAsync()
    {
        var answer = await TokenAsync(
            ("grant_type", "client_credentials"),
            ("client_id", Simulator.Org.ClientId),
            ("client_secret", Simulator.Org.ClientSecret)
        );
        Http.DefaultRequestHeaders.Authorization = new("Bearer", answer.Json.GetProperty("access_token").GetString()!);
    }

    /// <summary>Goes on as another user of the org.</summary>
    public async Task ActAsAsync(string username)
    {
        const string callback = "https://app.example/callback";
        var app = Simulator.Org.Apps[0] with { CallbackUrls = [callback] };
        Simulator.Org.PutApp(app);
        var location = Simulator.Consent(
            new(
                Simulator.Address,
                $"/services/oauth2/authorize?response_type=code&client_id={app.ClientId}&redirect_uri={callback}&scope=api"
            ),
            username
        );
        var answer = await TokenAsync(
            ("grant_type", "authorization_code"),
            ("client_id", app.ClientId),
            ("client_secret", app.ClientSecret),
            ("redirect_uri", callback),
            ("code", QueryHelpers.ParseQuery(location.Query)["code"].ToString())
        );
        Http.DefaultRequestHeaders.Authorization = new("Bearer", answer.Json.GetProperty("access_token").GetString()!);
    }

    public Task<Answer> TokenAsync(params (string Name, string Value)[] form) =>
        SendAsync(
            new(HttpMethod.Post, "/services/oauth2/token")
            {
                Content = new FormUrlEncodedContent(form.Select(one => KeyValuePair.Create(one.Name, one.Value))),
            }
        );

    /// <summary>Sends to a path below /services/data/v60.0, or to an absolute one.</summary>
    public Task<Answer> SendAsync(
        string method,
        string path,
        object? body = null,
        params (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(
            new(method),
            path.StartsWith("/services", StringComparison.Ordinal)
            || path.StartsWith("/control", StringComparison.Ordinal)
                ? path
                : $"{Root}/{path}"
        );
        if (body is not null)
        {
            request.Content = new StringContent(
                body as string ?? JsonSerializer.Serialize(body),
                Encoding.UTF8,
                "application/json"
            );
        }

        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return SendAsync(request);
    }

    public Task<Answer> QueryAsync(string soql, string resource = "query") =>
        SendAsync("GET", $"{resource}?q={Uri.EscapeDataString(soql)}");

    public async Task<string> CreateLeadAsync(object fields)
    {
        var answer = await SendAsync("POST", "sobjects/Lead", fields);
        answer.Status.ShouldBe(HttpStatusCode.Created);
        return answer.Json.GetProperty("id").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Simulator.DisposeAsync();
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return new(response.StatusCode, text, response.Headers, response.Content.Headers);
        }
    }
}

internal sealed record Answer(
    HttpStatusCode Status,
    string Text,
    HttpResponseHeaders Headers,
    HttpContentHeaders ContentHeaders
)
{
    public JsonElement Json => JsonElement.Parse(Text);

    public string Header(string name) => string.Join(',', Headers.GetValues(name));

    /// <summary>The one error of a call that was refused as a whole, with status and code as expected.</summary>
    public JsonElement ShouldBeRefused(int status, string code)
    {
        ((int)Status).ShouldBe(status, Text);
        Json.GetArrayLength().ShouldBe(1);
        Json[0].GetProperty("errorCode").GetString().ShouldBe(code);
        return Json[0];
    }
}
