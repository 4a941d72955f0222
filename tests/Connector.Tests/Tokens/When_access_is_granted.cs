using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Tests.Tokens;

public sealed class When_access_is_granted(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    [Fact]
    public async Task Its_token_opens_the_org_for_a_minute()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);

        var grant = await connector.GrantAsync(id, calls: 7);

        grant.Calls.ShouldBe(7);
        grant.UserId.ShouldBe(org.IntegrationUserId);
        grant.ExpiresAt.ShouldBe(connector.Clock.GetUtcNow().AddSeconds(60));
        (await CallOrgAsync(grant)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Integrator)]
    [InlineData(Role.Manager)]
    public async Task People_get_none(Role role)
    {
        var id = await connector.ConnectAsync(connector.NewOrg());

        var response = await connector
            .Client(ConnectorUnderTest.Workspace, role)
            .PostAsJsonAsync($"/v1/connections/{id}/grants", new GrantRequest(1), Token);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Another_workspaces_connection_is_not_there()
    {
        var id = await connector.ConnectAsync(connector.NewOrg());

        var response = await connector
            .Client("globex", Role.Service)
            .PostAsJsonAsync($"/v1/connections/{id}/grants", new GrantRequest(1), Token);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task One_login_is_enough_for_all_who_were_refused_at_once()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        var old = await connector.GrantAsync(id);
        org.ExpireSessions();
        var logins = connector.Requests(org, RequestKinds.Token);

        var grants = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => connector.GrantAsync(id, 1, AccessTokens.Hash(old.AccessToken)))
        );

        connector.Requests(org, RequestKinds.Token).ShouldBe(logins + 1);
        grants.Select(grant => grant.AccessToken).Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
        (await CallOrgAsync(grants[0])).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_that_was_replaced_meanwhile_needs_no_login()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        var logins = connector.Requests(org, RequestKinds.Token);

        await connector.GrantAsync(id, 1, AccessTokens.Hash("an older token"));

        connector.Requests(org, RequestKinds.Token).ShouldBe(logins);
    }

    [Fact]
    public async Task A_login_that_cannot_be_reached_is_no_revocation()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        var old = await connector.GrantAsync(id);
        var fault = connector.Salesforce.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.DropBeforeEffect,
                Match = new FaultMatch { Kind = RequestKinds.Token },
            }
        );

        var away = await connector.AskForGrantAsync(id, 1, AccessTokens.Hash(old.AccessToken));
        connector.Salesforce.Faults.Remove(fault);

        away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ConnectorUnderTest.JsonAsync(away)).GetProperty("code").GetString().ShouldBe("CRM_UNAVAILABLE");
        away.Headers.RetryAfter.ShouldNotBeNull();
        (await connector.Integrator.GetStringAsync($"/v1/connections/{id}", Token)).ShouldContain("\"connected\"");
        await connector.GrantAsync(id, 1, AccessTokens.Hash(old.AccessToken));
    }

    private static async Task<HttpStatusCode> CallOrgAsync(Grant grant)
    {
        using var handler = new SocketsHttpHandler();
        using var org = new HttpClient(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(grant.InstanceUrl, "/services/data/v60.0/sobjects/Lead/describe")
        );
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", grant.AccessToken);
        using var response = await org.SendAsync(request, Token);
        return response.StatusCode;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
