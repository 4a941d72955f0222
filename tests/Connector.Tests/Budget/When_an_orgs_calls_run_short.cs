using System.Net;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;

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
        connector.Clock.Advance(TimeSpan.FromSeconds(61));
        var readings = connector.Requests(org, RequestKinds.Limits);

        var grant = await connector.GrantAsync(id, calls: 500);

        grant.Calls.ShouldBeGreaterThan(70);
        connector.Requests(org, RequestKinds.Limits).ShouldBeGreaterThan(readings);
    }

    private Org Allowing(int calls)
    {
        var org = connector.NewOrg();
        org.Settings = new OrgSettings { DailyApiRequests = calls };
        return org;
    }
}
