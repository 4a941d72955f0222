using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>An org whose allowance of API calls ends in the middle of the work, shared by three replicas of Push.</summary>
public sealed class When_the_days_calls_are_used_up(FrugalHouse house) : IClassFixture<FrugalHouse>
{
    private const int Leads = 300;

    // Of an org's calls a fifth is left to its other users.
    private const double OurShare = 0.8;

    [Fact]
    public async Task Not_one_call_is_made_above_the_allowance_and_the_lane_goes_on_alone_once_there_are_more()
    {
        using var second = await house.StartReplicaAsync("Push");
        using var third = await house.StartReplicaAsync("Push");
        // Five leads cost two calls: it ends long before the leads do.
        var used = house.Crm.Org.ApiCallsUsed;
        var allowance = used + 60;
        Allow(allowance);

        await house.CaptureAsync(Enumerable.Range(0, Leads).Select(Person));
        await Eventually.ShouldBe(() => house.Crm.Org.Records("Lead").Any(), within: TimeSpan.FromMinutes(1));
        await house.Services["Push"].KillAsync();
        await house.Services["Connector"].KillAsync();
        await house.Services["Connector"].StartAsync();
        await Eventually.ShouldBe(
            async () => await house.AskAsync<string>("Push", "select pause_code from lane") == "LIMIT_DAILY",
            within: TimeSpan.FromMinutes(2)
        );

        // Asking how many are left is a call as well, and the one thing that goes on.
        Calls(asking: false).ShouldBeLessThanOrEqualTo((int)(allowance * OurShare));
        var created = house.Crm.Org.Records("Lead").Count;
        created.ShouldBeInRange(1, Leads - 1);
        Refused().ShouldBe(0);

        Allow(100_000);
        await Eventually.ShouldBe(() => house.Crm.Org.Records("Lead").Count == Leads, within: TimeSpan.FromMinutes(3));
        Refused().ShouldBe(0);
        house.Crm.Org.Records("Lead").GroupBy(record => record["Email"]).ShouldAllBe(group => group.Count() == 1);
    }

    private void Allow(int calls) => house.Crm.Org.Settings = house.Crm.Org.Settings with { DailyApiRequests = calls };

    private int Refused() =>
        house.Crm.Journal.After(0).Count(entry => entry.Fate == Fate.Answered && entry.Status == 403);

    private int Calls(bool asking) =>
        house.Crm.Journal.After(0).Count(entry => entry.Counted && entry.Kind == RequestKinds.Limits == asking);

    private static object Person(int number) =>
        new
        {
            source = "web",
            leadId = $"frugal-{number}",
            fields = new
            {
                lastName = "Person",
                company = "Acme",
                email = $"frugal-{number}@journeys.example",
            },
        };
}

/// <summary>A house that needs many calls for few leads, and soon asks again whether there are more.</summary>
public sealed class FrugalHouse : House
{
    protected override IReadOnlyDictionary<string, string> OwnSettings(string name) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Push__BatchSize"] = "5",
            ["Connector__ProbeEvery"] = "00:00:10",
            ["Connector__UsageLag"] = "00:00:05",
            ["Connector__GrantLife"] = "00:00:10",
        };
}
