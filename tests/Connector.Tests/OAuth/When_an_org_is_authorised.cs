using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;
using Microsoft.AspNetCore.WebUtilities;

namespace LeadSync.Connector.Tests.OAuth;

public sealed class When_an_org_is_authorised(OAuthUnderTest connector) : IClassFixture<OAuthUnderTest>
{
    [Fact]
    public async Task It_is_shown_and_becomes_a_connection_only_when_it_is_confirmed()
    {
        var org = connector.NewOrg();
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("Head office"));
        var page = await connector.ConsentAsync(asked, org);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await page.Content.ReadAsStringAsync(Token);
        text.ShouldContain(org.Id);
        text.ShouldContain("production");
        var shown = (await connector.ShowConsentAsync(asked)).GetProperty("org");
        shown.GetProperty("id").GetString().ShouldBe(org.Id);
        shown.GetProperty("username").GetString().ShouldBe(OAuthUnderTest.User(org));
        (await connector.Integrator.GetStringAsync("/v1/connections", Token)).ShouldNotContain("Head office");

        (await connector.ConfirmAsync(asked, orgId: null)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var confirmed = await connector.ConfirmAsync(asked, org.Id);

        confirmed.StatusCode.ShouldBe(HttpStatusCode.Created);
        var made = await ConnectorUnderTest.JsonAsync(confirmed);
        made.GetProperty("orgName").GetString().ShouldBe(shown.GetProperty("name").GetString());
        made.GetProperty("environment").GetString().ShouldBe("production");
        made.GetProperty("auth").GetString().ShouldBe("webServer");
        made.GetProperty("username").GetString().ShouldBe(OAuthUnderTest.User(org));
        var grant = await connector.GrantAsync(made.GetProperty("id").GetGuid());
        grant.UserId.ShouldBe(org.IntegrationUserId);
        (await connector.ConfirmAsync(asked, org.Id)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await connector.HistoryAsync(made.GetProperty("id").GetGuid())).ShouldBe([
            "consentAsked",
            "orgShown",
            "connected",
        ]);
    }

    [Fact]
    public async Task The_page_is_asked_for_with_a_challenge_and_another_login_only_where_wanted()
    {
        var same = Query(await connector.AskAsync(OAuthUnderTest.NewConnection("same account")));
        var other = Query(
            await connector.AskAsync(
                new
                {
                    name = "another account",
                    system = "salesforce",
                    direction = "pull",
                    environment = "production",
                    useAnotherAccount = true,
                }
            )
        );

        same["code_challenge_method"].ShouldBe("S256");
        same["code_challenge"].Length.ShouldBe(43);
        same["scope"].ShouldBe("api refresh_token");
        same["redirect_uri"].ShouldBe("https://leads.example/oauth/salesforce/callback");
        same.ShouldNotContainKey("prompt");
        other["prompt"].ShouldBe("login");
        other["state"].ShouldNotBe(same["state"], StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_denied_consent_is_an_OAuth_error_with_its_two_fixes()
    {
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("denied"));

        var page = await connector.ConsentAsync(asked, connector.NewOrg(), allow: false);

        page.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var text = await page.Content.ReadAsStringAsync(Token);
        text.ShouldContain("<h1>OAuth error</h1>");
        text.ShouldContain("CONSENT_DENIED");
        text.ShouldContain("Have an admin connect directly");
        text.ShouldContain("Install or create an external client app with API access");
        var error = (await connector.ShowConsentAsync(asked)).GetProperty("error");
        error.GetProperty("title").GetString().ShouldBe("OAuth error");
        error.GetProperty("code").GetString().ShouldBe("CONSENT_DENIED");
        error.GetProperty("fixes").GetArrayLength().ShouldBe(2);
        await ShouldBeAudited(asked, "CONSENT_DENIED");
        var confirm = await connector.ConfirmAsync(asked, "00D000000000001EAA");
        (await ConnectorUnderTest.JsonAsync(confirm)).GetProperty("title").GetString().ShouldBe("OAuth error");
    }

    [Fact]
    public async Task An_answer_counts_once()
    {
        var org = connector.NewOrg();
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("once"));
        var location = Allow(asked, org);
        (await connector.ComeBackAsync(location)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var exchanges = connector.Requests(org, RequestKinds.CodeExchange);

        var again = await connector.ComeBackAsync(location);

        again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await again.Content.ReadAsStringAsync(Token)).ShouldContain("CONSENT_UNKNOWN");
        connector.Requests(org, RequestKinds.CodeExchange).ShouldBe(exchanges);
        await ShouldBeAudited(asked, "CONSENT_UNKNOWN");
        (await connector.ConfirmAsync(asked, org.Id)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_code_that_was_used_before_is_refused()
    {
        var org = connector.NewOrg();
        var first = await connector.AskAsync(OAuthUnderTest.NewConnection("first"));
        var location = Allow(first, org);
        await connector.ComeBackAsync(location);
        var second = await connector.AskAsync(OAuthUnderTest.NewConnection("second"));
        var code = QueryHelpers.ParseQuery(location.Query)["code"].ToString();
        var state = Query(second)["state"];

        var page = await connector.ComeBackAsync(
            new Uri($"{location.GetLeftPart(UriPartial.Path)}?code={Uri.EscapeDataString(code)}&state={state}")
        );

        (await page.Content.ReadAsStringAsync(Token)).ShouldContain("CODE_REFUSED");
        await ShouldBeAudited(second, "CODE_REFUSED");
    }

    [Theory]
    [InlineData("/oauth/salesforce/callback?code=a&state=never-given-out")]
    [InlineData("/oauth/salesforce/callback?code=a")]
    [InlineData("/oauth/salesforce/callback?error=access_denied")]
    public async Task A_state_that_nobody_was_given_is_refused_and_kept_in_the_history(string path)
    {
        var page = await connector.ComeBackAsync(new Uri($"{OAuthUnderTest.Public}{path}"));

        page.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await page.Content.ReadAsStringAsync(Token)).ShouldContain("CONSENT_UNKNOWN");
        await using var database = await connector.Database.Source.OpenConnectionAsync(Token);
        (
            await database.ExecuteScalarAsync<int>(
                "select count(*) from connection_history where workspace is null and code = 'CONSENT_UNKNOWN'"
            )
        ).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_answer_of_one_CRM_is_not_taken_at_the_address_of_another()
    {
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("mixed up"));
        var location = Allow(asked, connector.NewOrg());

        var page = await connector.ComeBackAsync(
            new Uri(location.AbsoluteUri.Replace("/salesforce/", "/hubspot/", StringComparison.Ordinal))
        );

        (await page.Content.ReadAsStringAsync(Token)).ShouldContain("CONSENT_UNKNOWN");
        await ShouldBeAudited(asked, "CONSENT_UNKNOWN");
        (await connector.ComeBackAsync(location)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_org_of_the_other_environment_is_refused_and_its_access_given_back()
    {
        var sandbox = connector.NewOrg();
        sandbox.Settings = sandbox.Settings with { IsSandbox = true };
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("production wanted"));

        var page = await connector.ConsentAsync(asked, sandbox);

        (await page.Content.ReadAsStringAsync(Token)).ShouldContain("ENVIRONMENT_DIFFERS");
        sandbox.ShowGrants().ShouldBeEmpty();
        await ShouldBeAudited(asked, "ENVIRONMENT_DIFFERS");
        var right = await connector.AskAsync(OAuthUnderTest.NewConnection("a sandbox", "sandbox"));
        (await connector.ConsentAsync(right, sandbox)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_who_began_may_confirm()
    {
        var org = connector.NewOrg();
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("mine"));
        await connector.ConsentAsync(asked, org);

        var other = await connector.ConfirmAsync(
            asked,
            org.Id,
            client: connector.Client(ConnectorUnderTest.Workspace, Role.Manager, "key:another")
        );
        var stranger = await connector.ConfirmAsync(
            asked,
            org.Id,
            client: connector.Client("globex", Role.Manager, "test")
        );

        other.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        stranger.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await connector.ConfirmAsync(asked, org.Id)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_org_has_one_connection_whoever_asks()
    {
        var org = connector.NewOrg();
        await connector.AuthoriseAsync(org);
        var globex = connector.Client("globex", Role.Integrator);
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("second"), globex);

        var page = await connector.ConsentAsync(asked, org);

        var text = await page.Content.ReadAsStringAsync(Token);
        text.ShouldContain("CONFLICT");
        text.ShouldNotContain(ConnectorUnderTest.Workspace);
    }

    [Fact]
    public async Task An_app_of_the_orgs_own_is_used_where_it_is_given()
    {
        var org = connector.NewOrg();
        org.PutApp(OAuthUnderTest.TheApp("own-key", "own-secret"));
        var request = new
        {
            name = "own app",
            system = "salesforce",
            direction = "both",
            environment = "production",
            clientId = "own-key",
            clientSecret = "own-secret",
        };

        var id = await connector.AuthoriseAsync(org, request);

        org.ShowGrants().ShouldHaveSingleItem().ClientId.ShouldBe("own-key");
        var old = await connector.GrantAsync(id);
        org.ExpireSessions();
        var renewed = await connector.GrantAsync(id, 1, Connector.Tokens.AccessTokens.Hash(old.AccessToken));
        renewed.AccessToken.ShouldNotBe(old.AccessToken, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_is_an_OAuth_error()
    {
        var org = connector.NewOrg();
        org.PutApp(OAuthUnderTest.TheApp("mistyped", "right"));
        var asked = await connector.AskAsync(
            new
            {
                name = "mistyped",
                system = "salesforce",
                direction = "push",
                environment = "production",
                clientId = "mistyped",
                clientSecret = "wrong",
            }
        );

        var page = await connector.ConsentAsync(asked, org);

        (await page.Content.ReadAsStringAsync(Token)).ShouldContain("OAUTH_ERROR");
        org.ShowGrants().ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once_before_anyone_is_sent_away()
    {
        var response = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections/consents",
            new
            {
                name = "",
                system = "abacus",
                direction = "up",
                environment = "moon",
                instanceUrl = "https://evil.example",
                clientSecret = "alone",
            },
            Token
        );

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await ConnectorUnderTest.JsonAsync(response))
            .GetProperty("faults")
            .EnumerateArray()
            .Select(fault => fault.GetProperty("field").GetString())
            .ShouldBe(["name", "system", "direction", "environment", "instanceUrl", "clientId"], ignoreOrder: true);
    }

    [Fact]
    public async Task Neither_database_nor_log_nor_page_holds_a_secret_in_the_clear()
    {
        var org = connector.NewOrg();
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("canary"));
        var location = Allow(asked, org);
        var page = await (await connector.ComeBackAsync(location)).Content.ReadAsStringAsync(Token);
        await using var database = await connector.Database.Source.OpenConnectionAsync(Token);
        var before = await DumpAsync(database);
        await connector.ConfirmAsync(asked, org.Id);
        var id = (await connector.ShowConsentAsync(asked)).GetProperty("connectionId").GetGuid();
        var token = (await connector.GrantAsync(id)).AccessToken;
        var after = await DumpAsync(database);

        string[] canaries =
        [
            token,
            OAuthUnderTest.ClientSecret,
            Query(asked)["state"],
            QueryHelpers.ParseQuery(location.Query)["code"].ToString(),
        ];
        foreach (var canary in canaries)
        {
            var hex = Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(canary));
            (before + after).ShouldNotContain(canary);
            (before + after).ShouldNotContain(hex);
            page.ShouldNotContain(canary);
            connector.Logs.Lines.ShouldAllBe(line => !line.Contains(canary));
        }
    }

    [Theory]
    [InlineData("salesforce", "/v1/connections/app")]
    public async Task The_callback_is_shown_to_copy_before_anything_is_begun(string system, string path)
    {
        var shown = await connector.Integrator.GetFromJsonAsync<JsonElement>(path, Token);

        shown.GetProperty("callbackUrl").GetString().ShouldBe($"https://leads.example/oauth/{system}/callback");
        shown.GetProperty("installationHasApp").GetBoolean().ShouldBeTrue();
        shown.GetProperty("setup").GetRawText().ShouldContain("Setup > External Client App Manager");
    }

    private static async Task<string> DumpAsync(Npgsql.NpgsqlConnection database)
    {
        var tables = await database.QueryAsync<string>(
            "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
        );
        var rows = new List<string>();
        foreach (var table in tables)
            rows.AddRange(await database.QueryAsync<string>($"select t::text from \"{table}\" t"));
        return string.Join('\n', rows);
    }

    private Uri Allow(JsonElement asked, CrmSimulator.Data.Org org) =>
        connector.Salesforce.Consent(new Uri(asked.GetProperty("authorizeUrl").GetString()!), OAuthUnderTest.User(org));

    private async Task ShouldBeAudited(JsonElement asked, string code)
    {
        var history = await connector.Integrator.GetFromJsonAsync<JsonElement>("/v1/connections/history", Token);
        var connection = asked.GetProperty("connectionId").GetString();
        history
            .EnumerateArray()
            .Where(one => Told(one, "connectionId") == connection)
            .Select(one => Told(one, "code"))
            .ShouldContain(told => told == code);
    }

    private static string? Told(JsonElement one, string name) =>
        one.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static Dictionary<string, string> Query(JsonElement asked) =>
        QueryHelpers
            .ParseQuery(new Uri(asked.GetProperty("authorizeUrl").GetString()!).Query)
            .ToDictionary(one => one.Key, one => one.Value.ToString(), StringComparer.Ordinal);

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
