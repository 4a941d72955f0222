using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using LeadSync.CrmSimulator.Oauth;
using Microsoft.AspNetCore.WebUtilities;

namespace LeadSync.CrmSimulator.Tests.Oauth;

/// <summary>An app with a callback at a simulator of its own, as its developer would write it.</summary>
internal sealed class ConnectedApp : IAsyncDisposable
{
    public const string Callback = "https://app.example/oauth/callback";
    public const string Verifier = "a-verifier-of-high-entropy-that-is-at-least-43-characters-long";

    private readonly SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = true };

    private ConnectedApp(Simulator simulator)
    {
        Simulator = simulator;
        Http = new(handler, disposeHandler: true) { BaseAddress = simulator.Address };
        simulator.Org.PutApp(simulator.Org.Apps[0] with { CallbackUrls = [Callback] });
    }

    public Simulator Simulator { get; }
    public HttpClient Http { get; }

    public App App
    {
        get => Simulator.Org.Apps[0];
        set => Simulator.Org.PutApp(value);
    }

    public static async Task<ConnectedApp> StartAsync(SimulatorOptions? options = null) =>
        new(await Simulator.StartAsync(options));

    /// <summary>An authorise URL that is right in everything but what is given here; null leaves a parameter out.</summary>
    public Uri AuthorizeUrl(Uri? host = null, params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = App.ClientId,
            ["redirect_uri"] = Callback,
            ["scope"] = "api id refresh_token",
            ["state"] = "s/1 +&",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
        };
        foreach (var (name, value) in changes)
            parameters[name] = value;
        return new(
            QueryHelpers.AddQueryString(
                new Uri(host ?? Simulator.Address, "/services/oauth2/authorize").ToString(),
                parameters.Where(one => one.Value is not null)
            )
        );
    }

    /// <summary>What the callback hears when the user consents.</summary>
    public Dictionary<string, string> Consent(Uri url, string username = "rep@demo.example", bool allow = true) =>
        Parameters(Simulator.Consent(url, username, allow));

    public static Dictionary<string, string> Parameters(Uri location)
    {
        location.GetLeftPart(UriPartial.Path).ShouldBe(Callback);
        return QueryHelpers
            .ParseQuery(location.Query)
            .ToDictionary(one => one.Key, one => one.Value.ToString(), StringComparer.Ordinal);
    }

    public Task<Answer> ExchangeAsync(string code, params (string Name, string? Value)[] changes) =>
        TokenAsync([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", Callback),
            ("code_verifier", Verifier),
            .. changes,
        ]);

    public Task<Answer> RefreshAsync(string? refreshToken) =>
        TokenAsync(("grant_type", "refresh_token"), ("refresh_token", refreshToken));

    /// <summary>A form to the token endpoint with the app's own key and secret, unless they are given; null leaves out.</summary>
    public Task<Answer> TokenAsync(params (string Name, string? Value)[] form) =>
        PostAsync("token", [("client_id", App.ClientId), ("client_secret", App.ClientSecret), .. form]);

    public async Task<Answer> PostAsync(string endpoint, params (string Name, string? Value)[] form)
    {
        var last = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in form)
            last[name] = value;
        using var content = new FormUrlEncodedContent(
            last.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Key, one.Value!))
        );
        using var response = await Http.PostAsync(
            $"/services/oauth2/{endpoint}",
            content,
            TestContext.Current.CancellationToken
        );
        return await ReadAsync(response);
    }

    public async Task<Answer> GetAsync(string url, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    /// <summary>Consent and exchange in one: the token answer.</summary>
    public async Task<Answer> ConnectAsync(string username = "rep@demo.example")
    {
        var answer = await ExchangeAsync(Consent(AuthorizeUrl(), username)["code"]);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Simulator.DisposeAsync();
    }

    private static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        new(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers,
            response.Content.Headers
        );
}

internal static class TokenAnswers
{
    public static string AccessToken(this Answer answer) => answer.Json.GetProperty("access_token").GetString()!;

    public static string? RefreshToken(this Answer answer) =>
        answer.Json.TryGetProperty("refresh_token", out var token) ? token.GetString() : null;

    public static void ShouldBeOauthError(this Answer answer, string error, string description, int status = 400)
    {
        ((int)answer.Status).ShouldBe(status, answer.Text);
        answer.Json.GetProperty("error").GetString().ShouldBe(error);
        answer.Json.GetProperty("error_description").GetString().ShouldBe(description);
    }
}
