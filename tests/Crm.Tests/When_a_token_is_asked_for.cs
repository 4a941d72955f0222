using LeadSync.Crm.Salesforce;
using static LeadSync.Crm.FailureClass;

namespace LeadSync.Crm.Tests;

public sealed class When_a_token_is_asked_for
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_app_is_granted_access_as_its_user()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, Granted(salesforce.Url.ToString()));

        var token = await AskAsync(salesforce);

        token.AccessToken.ShouldBe("00D5e000001N20Q!AR8.x");
        token.InstanceUrl.ShouldBe(salesforce.Url);
        token.OrgId.ShouldBe("00D5e000001N20QEAS");
        token.UserId.ShouldBe("0055e000003E8ooAAC");
        token.IssuedAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(1741900000000));
        token.ToString().ShouldNotContain("AR8");
        var asked = salesforce.Asked.Single();
        asked.Path.ShouldBe("/services/oauth2/token");
        asked.Headers["Content-Type"].ShouldBe("application/x-www-form-urlencoded");
        asked.Body.ShouldBe("grant_type=client_credentials&client_id=key&client_secret=9%26zQ7");
    }

    [Theory]
    [InlineData("invalid_grant", "no client credentials user enabled", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_grant", "request not supported on this domain", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_grant", "ip restricted", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_grant", "user hasn't approved this consumer", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_grant", "user is not admin approved to access this app", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_grant", "authentication failure", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_grant", "inactive user", "AUTH_REVOKED", Session)]
    [InlineData("invalid_grant", "expired access/refresh token", "AUTH_REVOKED", Session)]
    [InlineData("invalid_grant", "inactive organization", "CRM_UNAVAILABLE", Transient)]
    [InlineData("invalid_grant", "expired authorization code", "CODE_REFUSED", Session)]
    [InlineData("invalid_grant", "invalid authorization code", "CODE_REFUSED", Session)]
    [InlineData("invalid_grant", "invalid code verifier", "CODE_REFUSED", Session)]
    [InlineData("invalid_grant", "audience is invalid", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_grant", "invalid assertion", "AUTH_CONFIGURATION", Session)]
    [InlineData("access_denied", "end-user denied authorization", "CONSENT_DENIED", Session)]
    [InlineData("redirect_uri_mismatch", "redirect_uri must match configuration", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_request", "missing required code challenge", "AUTH_CONFIGURATION", Session)]
    [InlineData("inactive_org", "", "CRM_UNAVAILABLE", Transient)]
    [InlineData("invalid_client_id", "client identifier invalid", "AUTH_APP", Session)]
    [InlineData("invalid_client", "invalid client credentials", "AUTH_APP", Session)]
    [InlineData("invalid_client", "app must be installed into org", "AUTH_CONFIGURATION", Session)]
    [InlineData("app_not_found", "External client app is not installed in this org", "AUTH_CONFIGURATION", Session)]
    [InlineData("unsupported_grant_type", "grant type not supported", "AUTH_CONFIGURATION", Session)]
    [InlineData("invalid_scope", "the requested scope is not allowed", "SCOPE_MISSING", Session)]
    [InlineData("rate_limit_exceeded", "login rate exceeded", "LIMIT_BURST", Transient)]
    [InlineData("something_new", "unheard of", "AUTH_CONFIGURATION", Session)]
    public async Task A_refusal_is_judged(string error, string description, string code, FailureClass @class)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(400, $$"""{"error":"{{error}}","error_description":"{{description}}"}""");

        var failure = await RefusedAsync(salesforce);

        failure.Code.ShouldBe(code);
        failure.Class.ShouldBe(@class);
        failure.CrmCode.ShouldBe(error);
        failure.Message.ShouldBe(description);
        SalesforceErrors.Codes.Contains(code).ShouldBeTrue();
    }

    [Fact]
    public async Task That_nobody_answers_says_nothing_about_the_grant()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersHtml(503).Resets().Answers(200, "{\"access_token\":").AnswersHtml(200).Answers(200, "{}");

        for (var attempt = 0; attempt < 5; attempt++)
            ShouldBeUnavailable(await RefusedAsync(salesforce));
        await salesforce.GoesAwayAsync();
        ShouldBeUnavailable(await RefusedAsync(salesforce));

        static void ShouldBeUnavailable(CrmFailure failure)
        {
            failure.Code.ShouldBe("CRM_UNAVAILABLE");
            failure.Class.ShouldBe(Transient);
        }
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    public async Task An_address_that_is_no_login_is_told(int status)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersHtml(status);

        (await RefusedAsync(salesforce)).Code.ShouldBe("AUTH_CONFIGURATION");
    }

    [Fact]
    public async Task A_host_of_another_kind_is_not_trusted_with_the_token()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, Granted("ftp://elsewhere.example"));

        (await RefusedAsync(salesforce)).Code.ShouldBe("HOST_NOT_ALLOWED");
    }

    [Fact]
    public async Task A_code_is_exchanged_with_its_verifier_and_gives_what_renews_it()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, Granted(salesforce.Url.ToString(), refreshToken: "5Aep-1"));

        var token = await salesforce.Auth.ExchangeCodeAsync(
            salesforce.Url,
            new SalesforceApp("key", "9&zQ7"),
            "aPrx==",
            "verifier",
            Callback,
            Stop
        );

        token.RefreshToken.ShouldBe("5Aep-1");
        token.ToString().ShouldNotContain("5Aep");
        salesforce
            .Asked.Single()
            .Body.ShouldBe(
                "grant_type=authorization_code&code=aPrx%3D%3D&client_id=key&client_secret=9%26zQ7&redirect_uri=https%3A%2F%2Fleads.example%2Foauth%2Fsalesforce%2Fcallback&code_verifier=verifier"
            );
    }

    [Theory]
    [InlineData(null, "grant_type=refresh_token&refresh_token=5Aep&client_id=key")]
    [InlineData("s", "grant_type=refresh_token&refresh_token=5Aep&client_id=key&client_secret=s")]
    public async Task Access_is_renewed_also_for_an_app_without_a_secret(string? secret, string body)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, Granted(salesforce.Url.ToString()));
        salesforce.Answers(200, Granted(salesforce.Url.ToString(), refreshToken: "rotated"));
        var app = new SalesforceApp("key", secret);

        var kept = await salesforce.Auth.RefreshAsync(salesforce.Url, app, "5Aep", Stop);
        var rotated = await salesforce.Auth.RefreshAsync(salesforce.Url, app, "5Aep", Stop);

        kept.RefreshToken.ShouldBeNull();
        rotated.RefreshToken.ShouldBe("rotated");
        salesforce.Asked[0].Body.ShouldBe(body);
    }

    [Fact]
    public async Task An_assertion_says_who_for_whom_and_until_when_and_is_signed()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        var granted = Granted(salesforce.Url.ToString())
            .Replace(",\"issued_at\":\"1741900000000\"", "", StringComparison.Ordinal);
        salesforce.Answers(200, granted);
        using var key = System.Security.Cryptography.RSA.Create(2048);

        var token = await salesforce.Auth.UseAssertionAsync(salesforce.Url, "key", "ada@acme.example", key, Stop);

        token.OrgId.ShouldBe("00D5e000001N20QEAS");
        var form = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(salesforce.Asked.Single().Body);
        form["grant_type"].ToString().ShouldBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
        var parts = form["assertion"].ToString().Split('.');
        var claims = System.Text.Json.JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        claims.GetProperty("iss").GetString().ShouldBe("key");
        claims.GetProperty("sub").GetString().ShouldBe("ada@acme.example");
        claims.GetProperty("aud").GetString().ShouldBe(salesforce.Url.GetLeftPart(UriPartial.Authority));
        var left =
            DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()) - TimeProvider.System.GetUtcNow();
        left.ShouldBeInRange(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3));
        key.VerifyData(
                System.Text.Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]),
                System.Security.Cryptography.HashAlgorithmName.SHA256,
                System.Security.Cryptography.RSASignaturePadding.Pkcs1
            )
            .ShouldBeTrue();
    }

    [Fact]
    public async Task A_token_that_is_known_no_more_counts_as_revoked_and_an_outage_does_not()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, "").Answers(400, """{"error":"invalid_token"}""").AnswersHtml(503);

        await salesforce.Auth.RevokeAsync(salesforce.Url, "5Aep", Stop);
        await salesforce.Auth.RevokeAsync(salesforce.Url, "5Aep", Stop);
        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Auth.RevokeAsync(salesforce.Url, "5Aep", Stop)
        );

        thrown.Failure.Class.ShouldBe(Transient);
        salesforce.Asked[0].Path.ShouldBe("/services/oauth2/revoke");
        salesforce.Asked[0].Body.ShouldBe("token=5Aep");
    }

    [Fact]
    public void The_page_of_consent_is_asked_for_with_PKCE_and_for_another_login_only_where_wanted()
    {
        var page = SalesforceAuth.AuthorizeUrl(
            new Uri("https://test.salesforce.com"),
            "3MVG9&x",
            Callback,
            "state",
            "challenge",
            anotherAccount: false
        );
        var another = SalesforceAuth.AuthorizeUrl(
            new Uri("https://test.salesforce.com"),
            "3MVG9&x",
            Callback,
            "state",
            "challenge",
            anotherAccount: true
        );

        page.AbsoluteUri.ShouldBe(
            "https://test.salesforce.com/services/oauth2/authorize?response_type=code&client_id=3MVG9%26x&redirect_uri=https%3A%2F%2Fleads.example%2Foauth%2Fsalesforce%2Fcallback&scope=api%20refresh_token&state=state&code_challenge=challenge&code_challenge_method=S256"
        );
        another.AbsoluteUri.ShouldBe(page.AbsoluteUri + "&prompt=login");
    }

    private static Uri Callback => new("https://leads.example/oauth/salesforce/callback");

    private static Task<CrmToken> AskAsync(ScriptedSalesforce salesforce) =>
        salesforce.Auth.UseClientCredentialsAsync(salesforce.Url, "key", "9&zQ7", Stop);

    private static async Task<CrmFailure> RefusedAsync(ScriptedSalesforce salesforce)
    {
        var thrown = await Should.ThrowAsync<CrmException>(() => AskAsync(salesforce));
        thrown.ToString().ShouldNotContain("zQ7");
        return thrown.Failure;
    }

    private static string Granted(string instanceUrl, string? refreshToken = null) =>
        $$"""
            {"access_token":"00D5e000001N20Q!AR8.x",{{(
                refreshToken is null ? "" : $"\"refresh_token\":\"{refreshToken}\","
            )}}"signature":"x","scope":"api","instance_url":"{{instanceUrl}}",
             "id":"https://login.salesforce.com/id/00D5e000001N20QEAS/0055e000003E8ooAAC","token_type":"Bearer","issued_at":"1741900000000"}
            """;
}
