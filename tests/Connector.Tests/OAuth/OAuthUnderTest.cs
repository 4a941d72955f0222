using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Oauth;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeadSync.Connector.Tests.OAuth;

/// <summary>
/// Connector with an app of the installation's own, beside a simulated Salesforce whose people consent as tests say; a peer
/// stands in for Push and writes down what it is told to hold and to lift.
/// </summary>
public class OAuthUnderTest : ConnectorUnderTest
{
    public const string Public = "https://leads.example";
    public const string ClientId = "leadsync-installation";
    public const string ClientSecret = "installation-secret-canary";
    private StubPeer? _push;

    /// <summary>What Push was told, in order: <c>hold reason</c>, <c>lift reason waiting</c>.</summary>
    public ConcurrentQueue<(Guid Connection, string Told)> PushWasTold { get; } = [];

    /// <summary>Whether Push answers that it is out of service.</summary>
    public bool PushIsAway { get; set; }

    /// <summary>Called while Push holds, before it answers.</summary>
    public Func<Task>? WhileHolding { get; set; }

    protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _push = await StubPeer.StartAsync(app =>
        {
            app.MapPut(
                "/v1/holds/{id:guid}",
                async (Guid id, JsonElement body) =>
                {
                    if (PushIsAway)
                        return Results.StatusCode(503);
                    PushWasTold.Enqueue((id, $"hold {Text(body, "reason")}{(Is(body, "discard") ? " discard" : "")}"));
                    await (WhileHolding?.Invoke() ?? Task.CompletedTask);
                    return Results.NoContent();
                }
            );
            app.MapPost(
                "/v1/holds/{id:guid}/lift",
                (Guid id, JsonElement body) =>
                {
                    if (PushIsAway)
                        return Results.StatusCode(503);
                    var forgets = Is(body, "forgetRecords") ? " forget" : "";
                    PushWasTold.Enqueue((id, $"lift {Text(body, "reason")} {Text(body, "waiting")}{forgets}"));
                    return Results.NoContent();
                }
            );
        });
        Settings["Services:Push"] = _push.Address.ToString();
        Settings["OAuth:PublicUrl"] = Public;
        Settings["OAuth:SalesforceLogin"] = Salesforce.Address.ToString();
        Settings["OAuth:SalesforceSandboxLogin"] = Salesforce.Address.ToString();
        Settings["OAuth:SalesforceClientId"] = ClientId;
        Settings["OAuth:SalesforceClientSecret"] = ClientSecret;
        Salesforce.Org.PutApp(TheApp(ClientId, ClientSecret));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _push!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public static App TheApp(string clientId, string clientSecret) =>
        new()
        {
            ClientId = clientId,
            ClientSecret = clientSecret,
            CallbackUrls = [$"{Public}/oauth/salesforce/callback"],
            PkceRequired = true,
            RotatesRefreshTokens = true,
            Scopes = ["api", "refresh_token"],
        };

    public static string User(Org org) => (string)org.Get("User", org.IntegrationUserId)!["Username"]!;

    /// <summary>Begins to connect, and gives the consent as it is answered.</summary>
    public async Task<JsonElement> AskAsync(object request, HttpClient? client = null)
    {
        var response = await (client ?? Integrator).PostAsJsonAsync("/v1/connections/consents", request);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return await JsonAsync(response);
    }

    public static object NewConnection(string name, string environment = "production", bool link = false) =>
        new
        {
            name,
            system = "salesforce",
            direction = "push",
            environment,
            link,
        };

    /// <summary>Does on the CRM's page what its user does, and brings the browser back.</summary>
    public Task<HttpResponseMessage> ConsentAsync(JsonElement asked, Org org, bool allow = true) =>
        ComeBackAsync(Salesforce.Consent(new Uri(asked.GetProperty("authorizeUrl").GetString()!), User(org), allow));

    /// <summary>A browser that the CRM sent to the callback; here it reaches Connector without Gateway between.</summary>
    public async Task<HttpResponseMessage> ComeBackAsync(Uri location, string? cookie = null)
    {
        location.GetLeftPart(UriPartial.Authority).ShouldBe(Public);
        using var request = new HttpRequestMessage(HttpMethod.Get, location.PathAndQuery);
        if (cookie is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        return await Anonymous().SendAsync(request);
    }

    public Task<JsonElement> ShowConsentAsync(JsonElement asked) =>
        Integrator.GetFromJsonAsync<JsonElement>($"/v1/connections/consents/{asked.GetProperty("id").GetGuid()}");

    public Task<HttpResponseMessage> ConfirmAsync(
        JsonElement asked,
        string? orgId,
        string? waiting = null,
        HttpClient? client = null
    ) =>
        (client ?? Integrator).PostAsJsonAsync(
            $"/v1/connections/consents/{asked.GetProperty("id").GetGuid()}/confirm",
            new { orgId, waiting }
        );

    /// <summary>A connection that a person has authorised, from the first request to the confirmation.</summary>
    public async Task<Guid> AuthoriseAsync(Org org, object? request = null)
    {
        var asked = await AskAsync(request ?? NewConnection(org.Name));
        (await ConsentAsync(asked, org)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var confirmed = await ConfirmAsync(asked, org.Id);
        confirmed.StatusCode.ShouldBe(HttpStatusCode.Created, await confirmed.Content.ReadAsStringAsync());
        return (await JsonAsync(confirmed)).GetProperty("id").GetGuid();
    }

    /// <summary>Asks again for a connection that is there, up to the org that is shown.</summary>
    public async Task<JsonElement> ReauthoriseAsync(Guid connection, Org org, bool move = false)
    {
        var asked = await AskAsync(
            new
            {
                connectionId = connection,
                move,
                environment = "production",
            }
        );
        await ConsentAsync(asked, org);
        return asked;
    }

    public Task<JsonElement> ShowAsync(Guid connection) =>
        Integrator.GetFromJsonAsync<JsonElement>($"/v1/connections/{connection}");

    public Task<HttpResponseMessage> DeauthoriseAsync(Guid connection) =>
        Integrator.PostAsync(new Uri($"/v1/connections/{connection}/deauthorise", UriKind.Relative), null);

    public IEnumerable<string> Told(Guid connection) =>
        PushWasTold.Where(one => one.Connection == connection).Select(one => one.Told);

    /// <summary>What the history has of a connection, oldest first.</summary>
    public async Task<IReadOnlyList<string>> HistoryAsync(Guid connection) =>
        [
            .. (await Integrator.GetFromJsonAsync<JsonElement>($"/v1/connections/{connection}/history"))
                .EnumerateArray()
                .Reverse()
                .Select(one => one.GetProperty("what").GetString()!),
        ];

    public static async Task<string> CodeAsync(HttpResponseMessage response) =>
        (await JsonAsync(response)).GetProperty("code").GetString()!;

    private static string Text(JsonElement body, string name) => body.GetProperty(name).GetString()!;

    private static bool Is(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.GetBoolean();
}
