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

    private static Task<CrmToken> AskAsync(ScriptedSalesforce salesforce) =>
        salesforce.Auth.UseClientCredentialsAsync(salesforce.Url, "key", "9&zQ7", Stop);

    private static async Task<CrmFailure> RefusedAsync(ScriptedSalesforce salesforce)
    {
        var thrown = await Should.ThrowAsync<CrmException>(() => AskAsync(salesforce));
        thrown.ToString().ShouldNotContain("zQ7");
        return thrown.Failure;
    }

    private static string Granted(string instanceUrl) =>
        $$"""
            {"access_token":"00D5e000001N20Q!AR8.x","signature":"x","scope":"api","instance_url":"{{instanceUrl}}",
             "id":"https://login.salesforce.com/id/00D5e000001N20QEAS/0055e000003E8ooAAC","token_type":"Bearer","issued_at":"1741900000000"}
            """;
}
