using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

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

    [Fact]
    public async Task What_has_not_changed_is_confirmed_without_being_sent_again()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);

        var (first, second, third) = (await LookAsync(id), await LookAsync(id), await LookAsync(id));

        // The second may be whole too: a first look that soon after a change cannot be relied on.
        Answers(org).First().ShouldBe(200);
        Answers(org).Last().ShouldBe(304);
        third.ReadAt.ShouldBeGreaterThan(second.ReadAt);
        third.Fields.Count.ShouldBe(first.Fields.Count);
    }

    [Fact]
    public async Task A_change_in_the_org_is_seen_by_the_next_look()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        await ReadAsync(id, "Lead");
        // The org tells of changes by the second, and this one is to be told.
        var readAt = TimeProvider.System.GetUtcNow();
        await Eventually.ShouldBe(() =>
            Task.FromResult(TimeProvider.System.GetUtcNow() - readAt > TimeSpan.FromSeconds(1))
        );
        org.AddField("Lead", new CustomField("Tier__c", FieldType.String));
        connector.Clock.Advance(TimeSpan.FromMinutes(11));

        (await ReadAsync(id, "Lead")).Fields.ShouldContain(field => field.Name == "Tier__c");
    }

    [Fact]
    public async Task A_description_that_the_CRM_contradicted_is_read_whole_but_not_for_every_refusal()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        await ReadAsync(id, "Lead");
        connector.Clock.Advance(TimeSpan.FromMinutes(2));

        var first = await DoubtAsync(id);
        connector.Clock.Advance(TimeSpan.FromSeconds(5));
        var second = await DoubtAsync(id);
        connector.Clock.Advance(TimeSpan.FromMinutes(1));
        var third = await DoubtAsync(id);

        first.ReadAt.ShouldBe(third.ReadAt - TimeSpan.FromSeconds(65), TimeSpan.FromMilliseconds(1));
        second.ReadAt.ShouldBe(first.ReadAt);
        Answers(org).ShouldBe([200, 200, 200]);
    }

    [Theory]
    [InlineData("eMAIL", "Email")]
    [InlineData("numberofemp", "NumberOfEmployees")]
    // By its label alone: the name has no space.
    [InlineData("lead source", "LeadSource")]
    [InlineData("no such field", null)]
    public async Task Fields_are_found_by_label_or_name(string search, string? found)
    {
        var id = await connector.ConnectAsync(connector.NewOrg());

        var schema = await ReadAsync(id, $"Lead?search={Uri.EscapeDataString(search)}");

        schema.Fields.Any(field => field.Name == found).ShouldBe(found is not null);
        schema.Fields.Count.ShouldBeLessThan(5);
        (await ReadAsync(id, "Lead")).Fields.Count.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData("CampaignMember")]
    [InlineData("Campaign")]
    [InlineData("Account")]
    [InlineData("User")]
    public async Task Every_object_that_leads_touch_can_be_read(string name)
    {
        var id = await connector.ConnectAsync(connector.NewOrg());

        (await ReadAsync(id, name)).Object.ShouldBe(name);
    }

    [Fact]
    public async Task Queues_are_told_with_what_they_may_own()
    {
        var org = connector.NewOrg();
        org.Setup = org.Setup with
        {
            Queues = [.. org.Setup.Queues, new QueueSetup("Both", "A queue for both", ["Lead", "Account"])],
        };
        var id = await connector.ConnectAsync(org);
        var calls = org.ApiCallsUsed;

        var queues = await QueuesAsync(id);
        await QueuesAsync(id);

        queues
            .EnumerateArray()
            .Select(queue => queue.GetProperty("name").GetString())
            .ShouldBe(["A queue for both", "Inbound leads"]);
        queues[0].GetProperty("objects").EnumerateArray().Select(one => one.GetString()).ShouldBe(["Account", "Lead"]);
        queues[1].GetProperty("id").GetString().ShouldBe(org.QueueId);
        org.ApiCallsUsed.ShouldBe(calls + 1);
    }

    [Fact]
    public async Task A_new_queue_is_seen_once_the_list_is_old_and_the_old_list_while_the_CRM_is_away()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        (await QueuesAsync(id)).GetArrayLength().ShouldBe(1);
        org.Setup = org.Setup with { Queues = [.. org.Setup.Queues, new QueueSetup("Late", "A late queue", ["Lead"])] };
        var fault = connector.Salesforce.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Unavailable,
                Match = new FaultMatch { Org = org.Name },
            }
        );
        connector.Clock.Advance(TimeSpan.FromMinutes(11));

        (await QueuesAsync(id)).GetArrayLength().ShouldBe(1);
        connector.Salesforce.Faults.Remove(fault);
        (await QueuesAsync(id)).GetArrayLength().ShouldBe(2);
    }

    private async Task<JsonElement> QueuesAsync(Guid id) =>
        (await connector.Integrator.GetFromJsonAsync<JsonElement>($"/v1/connections/{id}/queues", Token)).GetProperty(
            "queues"
        );

    private Task<CrmSchema> LookAsync(Guid id)
    {
        connector.Clock.Advance(TimeSpan.FromMinutes(11));
        return ReadAsync(id, "Lead");
    }

    private Task<CrmSchema> DoubtAsync(Guid id) =>
        ReadAsync(id, $"Lead?doubtedAt={Uri.EscapeDataString(connector.Clock.GetUtcNow().ToString("O"))}");

    private List<int> Answers(Org org) =>
        [
            .. connector
                .Salesforce.Journal.Entries.Where(entry => entry.Org == org.Name && entry.Kind == RequestKinds.Describe)
                .Select(entry => entry.Status),
        ];

    private async Task<CrmSchema> ReadAsync(Guid id, string objectName) =>
        (await connector.Integrator.GetFromJsonAsync<CrmSchema>($"/v1/connections/{id}/schema/{objectName}", Token))!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
