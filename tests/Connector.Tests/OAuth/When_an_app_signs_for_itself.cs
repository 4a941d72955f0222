using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Dapper;
using LeadSync.Connector.Tokens;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.Connector.Tests.OAuth;

/// <summary>JWT bearer: a private key instead of a secret.</summary>
public sealed class When_an_app_signs_for_itself(OAuthUnderTest connector) : IClassFixture<OAuthUnderTest>
{
    [Fact]
    public async Task It_is_let_in_for_a_user_who_was_approved_and_again_when_the_session_is_over()
    {
        var (org, key) = NewOrg("signing");

        var made = await ConnectAsync(org, "signing", key);

        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync(Token));
        var connection = await ConnectorUnderTest.JsonAsync(made);
        connection.GetProperty("auth").GetString().ShouldBe("jwtBearer");
        var id = connection.GetProperty("id").GetGuid();
        var old = await connector.GrantAsync(id);
        org.ExpireSessions();
        var renewed = await connector.GrantAsync(id, 1, AccessTokens.Hash(old.AccessToken));
        renewed.AccessToken.ShouldNotBe(old.AccessToken, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Its_private_key_is_sealed_and_goes_when_it_is_deauthorised()
    {
        var (org, key) = NewOrg("sealed");
        var made = await ConnectAsync(org, "sealed", key);
        var id = (await ConnectorUnderTest.JsonAsync(made)).GetProperty("id").GetGuid();
        await using var database = await connector.Database.Source.OpenConnectionAsync(Token);

        var kept = await database.ExecuteScalarAsync<byte[]>(
            "select private_key from credential where connection_id = @id",
            new { id }
        );
        await connector.DeauthoriseAsync(id);
        var left = await database.ExecuteScalarAsync<byte[]?>(
            "select private_key from credential where connection_id = @id",
            new { id }
        );

        System.Text.Encoding.Latin1.GetString(kept!).ShouldNotContain("PRIVATE KEY");
        left.ShouldBeNull();
        connector.Logs.Lines.ShouldAllBe(line => !line.Contains("PRIVATE KEY"));
    }

    [Fact]
    public async Task Another_key_than_the_apps_is_refused()
    {
        var (org, _) = NewOrg("forged");
        using var other = RSA.Create(2048);

        var refused = await ConnectAsync(org, "forged", other.ExportPkcs8PrivateKeyPem());

        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await refused.Content.ReadAsStringAsync(Token)).ShouldContain("certificate");
    }

    [Theory]
    [InlineData("no key at all")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    public async Task A_text_that_is_no_private_key_is_told_before_anyone_is_asked(string text)
    {
        var refused = await ConnectAsync(connector.NewOrg(), "mistaken", text);

        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var answer = await refused.Content.ReadAsStringAsync(Token);
        answer.ShouldContain("privateKey");
        answer.ShouldNotContain("AAAA");
    }

    private (Org Org, string Key) NewOrg(string name)
    {
        using var key = RSA.Create(2048);
        var org = connector.NewOrg();
        org.PutApp(
            OAuthUnderTest.TheApp($"{name}-key", "unused") with
            {
                Certificate = key.ExportSubjectPublicKeyInfoPem(),
                AdminApprovedOnly = true,
                ApprovedUsers = [OAuthUnderTest.User(org)],
            }
        );
        return (org, key.ExportPkcs8PrivateKeyPem());
    }

    private Task<HttpResponseMessage> ConnectAsync(Org org, string name, string key) =>
        connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            new
            {
                name,
                system = "salesforce",
                instanceUrl = connector.Salesforce.Address,
                direction = "push",
                clientId = $"{name}-key",
                username = OAuthUnderTest.User(org),
                privateKey = key,
            },
            Token
        );

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
