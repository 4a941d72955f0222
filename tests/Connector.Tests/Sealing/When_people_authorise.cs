using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;
using Dapper;
using LeadSync.Connector.OAuth;
using LeadSync.Connector.Tests.OAuth;
using LeadSync.Connector.Tokens;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using Microsoft.Extensions.DependencyInjection;
using MasterKey = LeadSync.Connector.Sealing.MasterKey;

namespace LeadSync.Connector.Tests.Sealing;

/// <summary>
/// All that is secret in an authorisation, from the connect link to the revocation, with what goes wrong on the way; then all
/// that is kept and told is searched for it.
/// </summary>
public sealed partial class When_people_authorise : IClassFixture<OAuthUnderTest>, IDisposable
{
    private readonly OAuthUnderTest _connector;
    private readonly HttpClient _browser;
    private readonly Canaries _canaries = new();

    public When_people_authorise(OAuthUnderTest connector)
    {
        _connector = connector;
        // Without spans of its own: it is no part of what is searched.
        _browser = new HttpClient(
            new SocketsHttpHandler
            {
                ActivityHeadersPropagator = null,
                UseCookies = false,
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = connector.Address,
        };
    }

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task Neither_a_dump_of_the_database_nor_logs_nor_traces_hold_their_secrets()
    {
        using var traces = new CapturedTraces();
        _canaries.Add("the installation's secret", OAuthUnderTest.ClientSecret);

        var authorised = await AuthoriseAsync();
        await RenewAsync(authorised);
        await FollowLinkAsync();
        await ComeBackWronglyAsync();
        await SignAsync();
        await DeauthoriseWhileTheCrmIsAwayAsync(authorised.Connection);

        await _canaries.ShouldBeNowhereAsync(_connector, traces, authorised.Org.Id, "/services/oauth2/token");
    }

    private async Task<(Org Org, Guid Connection)> AuthoriseAsync()
    {
        var org = _connector.NewOrg();
        var secret = _canaries.Add("the consumer secret of an app of the org's own", "canary-consumer-secret-7d20");
        org.PutApp(OAuthUnderTest.TheApp("canary-app", secret));
        var asked = await _connector.AskAsync(
            new
            {
                name = "canary",
                system = "salesforce",
                direction = "push",
                environment = "production",
                clientId = "canary-app",
                clientSecret = secret,
            }
        );
        var location = Allow(asked.GetProperty("authorizeUrl").GetString()!, org, "asked");
        var waiting = await ConsentAsync(asked);
        _canaries.Add("the code verifier", waiting.Open(Master).Open(Consent.VerifierField, waiting.Verifier!));

        (await _browser.GetAsync(location.PathAndQuery, Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var shown = await ConsentAsync(asked);
        var key = shown.Open(Master);
        _canaries.Add("the access token", key.Open(Consent.AccessTokenField, shown.AccessToken!));
        _canaries.Add("the refresh token", key.Open(Consent.RefreshTokenField, shown.RefreshToken!));
        (await _browser.GetAsync(location.PathAndQuery, Token)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        var confirmed = await _connector.ConfirmAsync(asked, org.Id);
        confirmed.StatusCode.ShouldBe(HttpStatusCode.Created);
        return (org, asked.GetProperty("connectionId").GetGuid());
    }

    private async Task RenewAsync((Org Org, Guid Connection) authorised)
    {
        var held = await _connector.GrantAsync(authorised.Connection);
        authorised.Org.ExpireSessions();
        await AwayAsync(
            RequestKinds.Refresh,
            () => _connector.AskForGrantAsync(authorised.Connection, 1, AccessTokens.Hash(held.AccessToken))
        );
        var renewed = await _connector.GrantAsync(authorised.Connection, 1, AccessTokens.Hash(held.AccessToken));

        _canaries.Add("the renewed access token", renewed.AccessToken);
        var credential = await _connector
            .Services.GetRequiredService<CredentialStore>()
            .FindAsync(authorised.Connection, Token);
        var rotated = credential!.Open(Master).Open(Credential.RefreshTokenField, credential.RefreshToken!);
        _canaries.Add("the refresh token that came in place of the first", rotated);
    }

    private async Task FollowLinkAsync()
    {
        var org = _connector.NewOrg();
        var asked = await _connector.AskAsync(OAuthUnderTest.NewConnection("canary by link", link: true));
        var link = new Uri(asked.GetProperty("connectLink").GetString()!).AbsolutePath;
        _canaries.Add("the connect link", link.Split('/')[^1]);

        await _browser.GetAsync(link, Token);
        var followed = await _browser.PostAsync(link, content: null, Token);
        var cookie = followed.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        _canaries.Add("the browser's cookie", cookie.Split('=')[1]);
        var onward = Onward().Match(await followed.Content.ReadAsStringAsync(Token)).Groups["url"].Value;
        var location = Allow(WebUtility.HtmlDecode(onward), org, "link");
        (await SendAsync(HttpMethod.Get, location.PathAndQuery, cookie)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["orgId"] = org.Id, ["decision"] = "confirm" }
        );
        var confirmed = await SendAsync(HttpMethod.Post, "/connect/confirm", cookie, form);
        confirmed.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>A code that cannot be exchanged, and answers that belong to nobody.</summary>
    private async Task ComeBackWronglyAsync()
    {
        var org = _connector.NewOrg();
        var asked = await _connector.AskAsync(OAuthUnderTest.NewConnection("canary in vain"));
        var location = Allow(asked.GetProperty("authorizeUrl").GetString()!, org, "in vain");
        await AwayAsync(RequestKinds.CodeExchange, () => _browser.GetAsync(location.PathAndQuery, Token));
        var (state, code) = (
            _canaries.Add("a state that nobody was given", "canary-foreign-state-51c8"),
            _canaries.Add("a code that nobody was given", "canary-foreign-code-e09b")
        );
        foreach (var path in new[] { "/oauth/salesforce/callback", "/oauth/canary-crm/callback" })
            await _browser.GetAsync($"{path}?state={state}&code={code}&error={code}&error_description={code}", Token);
        await _browser.GetAsync(
            $"/connect/{_canaries.Add("a link that nobody made", "canary-foreign-link-66aa")}",
            Token
        );
    }

    /// <summary>A private key, sent whole, broken off, and in a request that cannot be read.</summary>
    private async Task SignAsync()
    {
        using var rsa = RSA.Create(2048);
        var key = rsa.ExportPkcs8PrivateKeyPem();
        var lines = key.Split('\n');
        _canaries.Add("the private key, at its beginning", lines[1]);
        _canaries.Add("the private key, in its middle", lines[lines.Length / 2]);
        var org = _connector.NewOrg();
        org.PutApp(
            OAuthUnderTest.TheApp("canary-signs", "unused") with
            {
                Certificate = rsa.ExportSubjectPublicKeyInfoPem(),
                AdminApprovedOnly = true,
                ApprovedUsers = [OAuthUnderTest.User(org)],
            }
        );
        object Request(string privateKey) =>
            new
            {
                name = "canary that signs",
                system = "salesforce",
                instanceUrl = _connector.Salesforce.Address,
                direction = "push",
                clientId = "canary-signs",
                username = OAuthUnderTest.User(org),
                privateKey,
            };

        using var torn = new StringContent(
            JsonSerializer.Serialize(Request(key))[..^9],
            Encoding.UTF8,
            "application/json"
        );
        await _connector.Integrator.PostAsync("/v1/connections", torn, Token);
        await _connector.Integrator.PostAsJsonAsync("/v1/connections", Request(key[..(key.Length / 2)]), Token);
        await AwayAsync(
            RequestKinds.Token,
            () => _connector.Integrator.PostAsJsonAsync("/v1/connections", Request(key), Token)
        );
        var made = await _connector.Integrator.PostAsJsonAsync("/v1/connections", Request(key), Token);

        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var id = (await ConnectorUnderTest.JsonAsync(made)).GetProperty("id").GetGuid();
        _canaries.Add("the token that was signed for", (await _connector.GrantAsync(id)).AccessToken);
    }

    /// <summary>What is to be revoked is kept until the CRM takes it.</summary>
    private async Task DeauthoriseWhileTheCrmIsAwayAsync(Guid id)
    {
        await AwayAsync(RequestKinds.Revoke, () => _connector.DeauthoriseAsync(id));
        await using var database = await _connector.Database.Source.OpenConnectionAsync(Token);
        var owed = await database.ExecuteScalarAsync<int>(
            "select count(*) from revocation where connection_id = @id",
            new { id }
        );
        owed.ShouldBe(1);
    }

    /// <summary>Does something while the CRM is away for a kind of request: once cut off, once in maintenance.</summary>
    private async Task AwayAsync(string kind, Func<Task<HttpResponseMessage>> act)
    {
        foreach (var fault in new[] { FaultKind.DropBeforeEffect, FaultKind.Unavailable })
        {
            var on = _connector.Salesforce.Faults.Put(
                new FaultRule
                {
                    Kind = fault,
                    Match = new FaultMatch { Kind = kind },
                }
            );
            await act();
            _connector.Salesforce.Faults.Remove(on);
        }
    }

    /// <summary>Allows it on the CRM's page, and gives where that sends the browser: an address that holds state and code.</summary>
    private Uri Allow(string authorizeUrl, Org org, string which)
    {
        var location = _connector.Salesforce.Consent(new Uri(authorizeUrl), OAuthUnderTest.User(org), allow: true);
        var query = HttpUtility.ParseQueryString(location.Query);
        _canaries.Add($"the state of {which}", query["state"]!);
        _canaries.Add($"the code of {which}", query["code"]!);
        return location;
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string cookie,
        HttpContent? content = null
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.TryAddWithoutValidation("Cookie", cookie);
        return await _browser.SendAsync(request, Token);
    }

    private async Task<Consent> ConsentAsync(JsonElement asked) =>
        (
            await _connector
                .Services.GetRequiredService<ConsentStore>()
                .FindAsync(ConnectorUnderTest.Workspace, asked.GetProperty("id").GetGuid(), Token)
        )!;

    private MasterKey Master => _connector.Services.GetRequiredService<MasterKey>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0;url=(?<url>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Onward();
}
