using System.Net;
using System.Net.Http.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Tests.Schema;

public sealed class When_an_objects_fields_are_read(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    [Fact]
    public async Task They_are_as_the_connections_user_may_see_them()
    {
        var id = await connector.ConnectAsync(connector.NewOrg());

        var schema = await ReadAsync(id, "Lead");

        schema.Object.ShouldBe("Lead");
        schema.Createable.ShouldBeTrue();
        var lastName = schema.Fields.Single(field => field.Name == "LastName");
        (lastName.Length, lastName.RequiredOnCreate).ShouldBe((80, true));
    }

    [Fact]
    public async Task The_CRM_is_asked_once_until_the_answer_is_old()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        var first = await ReadAsync(id, "Lead");

        var second = await ReadAsync(id, "Lead");
        connector.Clock.Advance(TimeSpan.FromMinutes(11));
        var third = await ReadAsync(id, "Lead");

        second.ReadAt.ShouldBe(first.ReadAt);
        third.ReadAt.ShouldBeGreaterThan(first.ReadAt);
        connector.Requests(org, RequestKinds.Describe).ShouldBe(2);
    }

    [Fact]
    public async Task A_refresh_shows_at_once_what_was_changed_in_the_org()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        await ReadAsync(id, "Lead");
        org.SetAccess("Lead", "Title", FieldAccess.Read);
        connector.Clock.Advance(TimeSpan.FromSeconds(1));

        var refreshed = await ReadAsync(id, "Lead?refresh=true");

        refreshed.Fields.Single(field => field.Name == "Title").Updateable.ShouldBeFalse();
        (await ReadAsync(id, "Lead")).Fields.Single(field => field.Name == "Title").Updateable.ShouldBeFalse();
    }

    [Fact]
    public async Task An_old_answer_is_given_while_the_CRM_is_away()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        var before = await ReadAsync(id, "Lead");
        var fault = connector.Salesforce.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Unavailable,
                Match = new FaultMatch { Org = org.Name },
            }
        );
        connector.Clock.Advance(TimeSpan.FromHours(3));

        var stale = await ReadAsync(id, "Lead");
        var never = await connector.Integrator.GetAsync($"/v1/connections/{id}/schema/Contact", Token);
        connector.Salesforce.Faults.Remove(fault);

        stale.ReadAt.ShouldBe(before.ReadAt);
        never.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_session_that_ended_is_renewed_on_the_way()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        org.ExpireSessions();

        (await ReadAsync(id, "Contact")).Object.ShouldBe("Contact");
    }

    [Theory]
    [InlineData("NoSuchThing__c")]
    [InlineData("Lead%20where")]
    public async Task An_object_that_is_not_there_is_said_not_to_be(string name)
    {
        var id = await connector.ConnectAsync(connector.NewOrg());

        var response = await connector.Integrator.GetAsync($"/v1/connections/{id}/schema/{name}", Token);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_viewer_may_read_but_not_spend_the_orgs_calls()
    {
        var id = await connector.ConnectAsync(connector.NewOrg());
        var viewer = connector.Client(ConnectorUnderTest.Workspace, Role.Viewer);

        (await viewer.GetAsync($"/v1/connections/{id}/schema/Lead", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await viewer.GetAsync($"/v1/connections/{id}/schema/Lead?refresh=true", Token)).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
    }

    private async Task<CrmSchema> ReadAsync(Guid id, string objectName) =>
        (await connector.Integrator.GetFromJsonAsync<CrmSchema>($"/v1/connections/{id}/schema/{objectName}", Token))!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
