using System.Net;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Tests.Oauth;

public sealed class When_a_code_is_exchanged
{
    private static readonly string[] Members =
    [
        "access_token",
        "refresh_token",
        "signature",
        "scope",
        "instance_url",
        "id",
        "token_type",
        "issued_at",
    ];

    [Fact]
    public async Task It_gives_a_session_of_the_user_who_consented_and_a_refresh_token()
    {
        await using var app = await ConnectedApp.StartAsync();

        var answer = await app.ConnectAsync();
        var identity = await app.GetAsync(answer.Json.GetProperty("id").GetString()!, answer.AccessToken());
        var asParameter = await app.GetAsync(
            $"{answer.Json.GetProperty("id").GetString()}?format=json&oauth_token={Uri.EscapeDataString(answer.AccessToken())}"
        );
        var userinfo = await app.GetAsync("/services/oauth2/userinfo", answer.AccessToken());
        var created = await CreateLeadAsync(app, answer.AccessToken());

        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(Members, ignoreOrder: true);
        answer.Json.GetProperty("scope").GetString().ShouldBe("api id refresh_token");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        identity.Json.GetProperty("username").GetString().ShouldBe("rep@demo.example");
        identity.Json.GetProperty("organization_id").GetString().ShouldBe(app.Simulator.Org.Id);
        asParameter.Json.GetProperty("user_id").GetString().ShouldBe(app.Simulator.Org.RepUserId);
        userinfo.Json.GetProperty("sub").GetString().ShouldBe(answer.Json.GetProperty("id").GetString());
        app.Simulator.Org.Get("Lead", created)!["CreatedById"].ShouldBe(app.Simulator.Org.RepUserId);
        var secret = answer.AccessToken().Substring(20, 20);
        app.Simulator.Journal.Entries.ShouldAllBe(entry => !entry.Path.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_works_once_and_not_for_long()
    {
        var clock = new SetClock();
        await using var app = await ConnectedApp.StartAsync(new() { Clock = clock });
        var spent = app.Consent(app.AuthorizeUrl())["code"];
        await app.ExchangeAsync(spent);
        var late = app.Consent(app.AuthorizeUrl())["code"];
        clock.Advance(TimeSpan.FromMinutes(15));

        (await app.ExchangeAsync(spent)).ShouldBeOauthError("invalid_grant", "invalid authorization code");
        (await app.ExchangeAsync(late)).ShouldBeOauthError("invalid_grant", "expired authorization code");
        (await app.ExchangeAsync("aPrxNever==")).ShouldBeOauthError("invalid_grant", "invalid authorization code");
    }

    [Theory]
    [InlineData(
        "code_verifier",
        "another-verifier-that-is-also-at-least-43-characters",
        "invalid_grant",
        "invalid code verifier"
    )]
    [InlineData("code_verifier", null, "invalid_grant", "invalid code verifier")]
    [InlineData(
        "redirect_uri",
        "https://app.example/other",
        "redirect_uri_mismatch",
        "redirect_uri must match configuration"
    )]
    [InlineData("redirect_uri", null, "invalid_request", "missing required parameter: redirect_uri")]
    [InlineData("code", null, "invalid_request", "missing required parameter: code")]
    [InlineData("grant_type", null, "invalid_request", "missing required parameter: grant_type")]
    [InlineData("client_secret", "wrong", "invalid_client", "invalid client credentials")]
    [InlineData("client_secret", null, "invalid_client", "invalid client credentials")]
    [InlineData("client_id", "nobody", "invalid_client_id", "client identifier invalid")]
    public async Task What_does_not_fit_is_refused(string name, string? value, string error, string description)
    {
        await using var app = await ConnectedApp.StartAsync();
        var code = app.Consent(app.AuthorizeUrl())["code"];

        var answer = await app.ExchangeAsync(code, (name, value));

        answer.ShouldBeOauthError(error, description);
    }

    [Fact]
    public async Task An_org_may_refuse_clients_with_401_instead()
    {
        await using var app = await ConnectedApp.StartAsync();
        app.Simulator.Org.Settings = app.Simulator.Org.Settings with { TokenClientErrorStatus = 401 };

        var answer = await app.ExchangeAsync("x", ("client_secret", "wrong"));

        answer.ShouldBeOauthError("invalid_client", "invalid client credentials", status: 401);
    }

    [Fact]
    public async Task No_secret_is_needed_where_the_app_asks_for_none()
    {
        await using var app = await ConnectedApp.StartAsync();
        app.App = app.App with { SecretRequired = false };

        var answer = await app.ExchangeAsync(app.Consent(app.AuthorizeUrl())["code"], ("client_secret", null));

        answer.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_the_scope_for_it_no_refresh_token_comes_and_without_api_no_data()
    {
        await using var app = await ConnectedApp.StartAsync();

        var code = app.Consent(app.AuthorizeUrl(null, ("scope", "id openid"), ("nonce", "n-1")))["code"];
        var answer = await app.ExchangeAsync(code);
        var data = await app.GetAsync("/services/data/v60.0/limits", answer.AccessToken());

        answer.RefreshToken().ShouldBeNull();
        answer.Json.GetProperty("id_token").GetString()!.Split('.').Length.ShouldBe(3);
        data.ShouldBeRefused(401, "INVALID_SESSION_ID")
            .GetProperty("message")
            .GetString()
            .ShouldBe("This session is not valid for use with the REST API");
    }

    [Fact]
    public async Task A_fault_answers_before_the_code_is_spent_or_after()
    {
        await using var app = await ConnectedApp.StartAsync();
        var code = app.Consent(app.AuthorizeUrl())["code"];
        app.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.OauthError,
                Code = "rate_limit_exceeded",
                Message = "login rate exceeded",
                Match = new() { Kind = RequestKinds.CodeExchange },
                Count = 1,
            }
        );

        (await app.ExchangeAsync(code)).ShouldBeOauthError("rate_limit_exceeded", "login rate exceeded");
        (await app.ExchangeAsync(code)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<string> CreateLeadAsync(ConnectedApp app, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/services/data/v60.0/sobjects/Lead")
        {
            Content = new StringContent(
                """{"LastName":"Ng","Company":"Acme"}""",
                System.Text.Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Authorization = new("Bearer", token);
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return System.Text.Json.JsonElement.Parse(text).GetProperty("id").GetString()!;
    }
}
