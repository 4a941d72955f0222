using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>
/// A process stands still for longer than its lease, in the middle of a call, and goes on later without having noticed.
/// </summary>
public sealed class When_a_worker_is_stopped(House house) : IClassFixture<House>
{
    private const int Leads = 50;

    [Fact]
    public async Task What_it_did_is_kept_and_nothing_is_doubled_and_the_newest_value_stands()
    {
        house.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                Match = new FaultMatch { Kind = RequestKinds.Create },
                Count = 1,
                AfterEffect = true,
                DelayMilliseconds = 20_000,
            }
        );
        await house.CaptureAsync(Enumerable.Range(0, Leads).Select(number => Person(number, "first")));
        await Eventually.ShouldBe(() => house.Crm.Faults.All.Any(fault => fault.Struck == 1));
        // A newer value comes in while the call is under way.
        await house.CaptureAsync(Enumerable.Range(0, Leads).Select(number => Person(number, "second")));
        await Eventually.ShouldBe(async () =>
            await house.AskAsync<long>("Push", "select count(*) from lead_sync where wanted_run > 1") == Leads
        );
        var first = house.Services["Push"];
        await first.FreezeAsync();

        using var other = await house.StartReplicaAsync("Push");
        await Eventually.ShouldPass(
            () =>
            {
                Titles().ShouldAllBe(title => title == "second");
                return Task.CompletedTask;
            },
            TimeSpan.FromMinutes(2)
        );
        await first.ContinueAsync();
        // It knows by now that its call was long over, and serves again: nobody else does.
        await other.KillAsync();
        await house.CaptureAsync(Person(Leads, "third"));
        await Eventually.ShouldBe(
            () => house.Crm.Org.Find("Lead", Email(Leads)).Count == 1,
            within: TimeSpan.FromMinutes(2)
        );
        await Eventually.ShouldBe(async () =>
            await house.AskAsync<bool>(
                "Push",
                """
                select not exists (select from lead_sync where wanted_run > done_run) and not exists (select from intent)
                       and not exists (select from outcome)
                """
            )
        );

        house.Crm.Org.Records("Lead").Count.ShouldBe(Leads + 1);
        Titles().ShouldAllBe(title => title == "second");
        // What is told is on its way to the history.
        await Eventually.ShouldPass(async () =>
        {
            for (var number = 0; number < Leads; number++)
            {
                var timeline = await house.TimelineAsync("web", $"stopped-{number}");
                timeline
                    .Count(item => item.GetRawText().Contains("\"created\"", StringComparison.Ordinal))
                    .ShouldBe(1, $"stopped-{number} was told to be created once");
            }
        });
    }

    private List<string?> Titles() =>
        [
            .. Enumerable
                .Range(0, Leads)
                .Select(number => (string?)house.Crm.Org.Find("Lead", Email(number)).ShouldHaveSingleItem()["Title"]),
        ];

    private static object Person(int number, string title) =>
        new
        {
            source = "web",
            leadId = $"stopped-{number}",
            fields = new
            {
                lastName = "Person",
                company = "Acme",
                email = Email(number),
                title,
            },
        };

    private static string Email(int number) => $"stopped-{number}@journeys.example";
}
