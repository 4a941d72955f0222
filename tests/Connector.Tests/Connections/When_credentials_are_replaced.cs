using System.Net;
using System.Net.Http.Json;
using LeadSync.Connector.Tokens;

namespace LeadSync.Connector.Tests.Connections;

public sealed class When_credentials_are_replaced(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    [Fact]
    public async Task A_connection_that_was_refused_is_connected_again()
    {
        await using var org = await ScriptedOrg.StartAsync();
        var id = await ConnectAsync(org);
        var grant = await connector.GrantAsync(id);
        org.Refusal = ("invalid_client", "invalid client credentials");
        await connector.AskForGrantAsync(id, refusedToken: AccessTokens.Hash(grant.AccessToken));

        org.Refusal = null;
        var response = await ReplaceAsync(id);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ConnectorUnderTest.JsonAsync(response)).GetProperty("status").GetString().ShouldBe("connected");
        AccessTokens
            .Hash((await connector.GrantAsync(id)).AccessToken)
            .ShouldNotBe(AccessTokens.Hash(grant.AccessToken), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Those_of_another_org_are_refused()
    {
        await using var org = await ScriptedOrg.StartAsync();
        org.Org = "00D000000000002EAA";
        var id = await ConnectAsync(org);

        org.Org = "00D000000000003EAA";
        var response = await ReplaceAsync(id);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task An_org_that_has_moved_to_another_address_is_followed()
    {
        var org = await ScriptedOrg.StartAsync();
        org.Org = "00D000000000004EAA";
        var id = await ConnectAsync(org);
        await org.DisposeAsync();
        await using var moved = await ScriptedOrg.StartAsync();
        moved.Org = "00D000000000004EAA";

        (await ReplaceAsync(id)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ReplaceAsync(id, "https://evil.example")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var response = await ReplaceAsync(id, moved.Address.ToString());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await connector.GrantAsync(id)).InstanceUrl.ShouldBe(moved.Address);
    }

    private async Task<Guid> ConnectAsync(ScriptedOrg org)
    {
        var response = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            new
            {
                name = org.Org,
                system = "salesforce",
                instanceUrl = org.Address,
                clientId = "key",
                clientSecret = "secret",
                direction = "both",
            }
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await ConnectorUnderTest.JsonAsync(response)).GetProperty("id").GetGuid();
    }

    private Task<HttpResponseMessage> ReplaceAsync(Guid id, string? instanceUrl = null) =>
        connector.Integrator.PutAsJsonAsync(
            $"/v1/connections/{id}/credentials",
            new
            {
                clientId = "new-key",
                clientSecret = "new-secret",
                instanceUrl,
            }
        );
}
