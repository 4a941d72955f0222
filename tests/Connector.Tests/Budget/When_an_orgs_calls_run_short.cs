using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Tests.Budget;

public sealed class When_an_orgs_calls_run_short(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    [Fact]
    public async Task A_grant_gives_what_is_left_beside_the_share_of_others()
    {
        var org = Allowing(100);
        var id = await connector.ConnectAsync(org);

        var grant = await connector.GrantAsync(id, calls: 500);

        // 80 of 100, less what reading the figure itself may have used.
        grant.Calls.ShouldBeInRange(78, 80);
    }

    [Fact]
    public async Task Grants_asked_for_at_once_never_give_more_than_there_is()
    {
        var org = Allowing(100);
        var id = await connector.ConnectAsync(org);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => connector.AskForGrantAsync(id, 15)));

        var given = 0;
        foreach (var answer in answers.Where(answer => answer.StatusCode == HttpStatusCode.OK))
            given += (await ConnectorUnderTest.JsonAsync(answer)).GetProperty("calls").GetInt32();
        given.ShouldBeInRange(78, 80);
    }

    [Fact]
    public async Task With_nothing_left_the_asker_is_told_to_wait()
    {
        var org = Allowing(50);
        var id = await connector.ConnectAsync(org);
        await connector.GrantAsync(id, calls: 500);

        var response = await connector.AskForGrantAsync(id);

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await ConnectorUnderTest.JsonAsync(response)).GetProperty("code").GetString().ShouldBe("LIMIT_DAILY");
        response.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task What_was_granted_and_never_used_comes_back_once_it_has_lapsed()
    {
        var org = Allowing(100);
        var id = await connector.ConnectAsync(org);
        await connector.GrantAsync(id, calls: 500);
        // The grant's minute, and the time that the CRM's figure may lag behind.
        connector.Clock.Advance(TimeSpan.FromSeconds(361));
        var readings = connector.Requests(org, RequestKinds.Limits);

        var grant = await connector.GrantAsync(id, calls: 500);

        grant.Calls.ShouldBeGreaterThan(70);
        connector.Requests(org, RequestKinds.Limits).ShouldBeGreaterThan(readings);
    }

    [Fact]
    public async Task The_last_calls_are_for_what_is_most_urgent()
    {
        var id = await connector.ConnectAsync(Allowing(1_000));
        await connector.GrantAsync(id, calls: 770);

        // 40 of 800 are kept from each kind of call for the next more urgent one.
        (await AskAsync(id, CallPriority.Probe)).ShouldBe(0);
        (await AskAsync(id, CallPriority.Pull)).ShouldBe(0);
        (await AskAsync(id, CallPriority.Update)).ShouldBe(0);
        (await AskAsync(id, CallPriority.NewLead)).ShouldBeInRange(28, 30);
    }

    [Fact]
    public async Task A_figure_told_in_passing_only_raises_what_is_used()
    {
        var id = await connector.ConnectAsync(Allowing(1_000));

        await AskAsync(id, CallPriority.NewLead, new ApiUsageSeen(700, 1_000));
        var raised = await ShownAsync(id);
        await AskAsync(id, CallPriority.NewLead, new ApiUsageSeen(10, 5_000));
        var stale = await ShownAsync(id);

        raised.GetProperty("used").GetInt64().ShouldBe(700);
        stale.GetProperty("used").GetInt64().ShouldBe(700);
        stale.GetProperty("allowance").GetInt64().ShouldBe(1_000);
    }

    [Fact]
    public async Task Anyone_of_the_workspace_sees_what_is_left_and_for_what()
    {
        var id = await connector.ConnectAsync(Allowing(1_000));
        await connector.GrantAsync(id, calls: 100);

        var shown = await ShownAsync(id);

        shown.GetProperty("window").GetString().ShouldBe("day");
        shown.GetProperty("leftToOthers").GetInt64().ShouldBe(200);
        shown.GetProperty("reserved").GetInt64().ShouldBeInRange(100, 101);
        var left = shown.GetProperty("left");
        left.GetProperty("newLead").GetInt64().ShouldBeInRange(698, 700);
        (left.GetProperty("newLead").GetInt64() - left.GetProperty("probe").GetInt64()).ShouldBe(120);
        shown.GetProperty("forecast").ValueKind.ShouldBe(JsonValueKind.Null);
        (
            await connector.Client("globex", Role.Manager).GetAsync($"/v1/connections/{id}/budget", Token)
        ).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<JsonElement> ShownAsync(Guid id) =>
        (
            await connector
                .Client(ConnectorUnderTest.Workspace, Role.Viewer)
                .GetFromJsonAsync<JsonElement>($"/v1/connections/{id}/budget", Token)
        )[0];

    /// <summary>How many of 100 calls are granted; 0 when none are left.</summary>
    private async Task<int> AskAsync(Guid id, CallPriority priority, ApiUsageSeen? usage = null)
    {
        var response = await connector.Service.PostAsJsonAsync(
            $"/v1/connections/{id}/grants",
            new GrantRequest(100) { Priority = priority, Usage = usage },
            Token
        );
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
            return 0;
        return (await ConnectorUnderTest.JsonAsync(response)).GetProperty("calls").GetInt32();
    }

    private Org Allowing(int calls)
    {
        var org = connector.NewOrg();
        org.Settings = new OrgSettings { DailyApiRequests = calls };
        return org;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
