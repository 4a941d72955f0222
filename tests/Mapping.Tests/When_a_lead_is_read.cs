using LeadSync.Contracts;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_lead_is_read(Stores stores) : IClassFixture<Stores>
{
    private static readonly object Ada = new { lastName = "Lovelace", company = "Engines" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<LeadView> ReadAsync(string workspace) =>
        (await new ReadLead(stores.Source).FindAsync(new LeadKey(workspace, "form", "1"), Stop)).ShouldNotBeNull();

    [Fact]
    public async Task It_says_what_was_captured_and_that_it_was_mapped()
    {
        var connectionId = await stores.RouteAsync("read-mapped");
        var patch = stores.Patch("1", Ada, completed: true);

        await stores.CaptureAsync("read-mapped", patch);

        var lead = await ReadAsync("read-mapped");
        (lead.Completed, lead.Withdrawn).ShouldBe((true, false));
        lead.Fields["lastName"].Value.GetString().ShouldBe("Lovelace");
        lead.Fields["lastName"].By.ShouldBe(patch.EventId);
        var pair = lead.Pairs.ShouldHaveSingleItem();
        (pair.ConnectionId, pair.State, pair.Code, pair.DueAt).ShouldBe((connectionId, "mapped", null, null));
    }

    [Fact]
    public async Task It_says_until_when_it_waits_for_its_route_if_a_time_ends_that()
    {
        var idle = new RouteTerms("Lead") { Sync = SyncWhen.Idle, Idle = TimeSpan.FromMinutes(30) };
        await stores.RouteAsync("read-idle", idle);
        await stores.RouteAsync("read-uncompleted", new RouteTerms("Lead") { Sync = SyncWhen.Completed });

        await stores.CaptureAsync("read-idle", stores.Patch("1", Ada));
        await stores.CaptureAsync("read-uncompleted", stores.Patch("1", Ada));

        var (timed, untimed) = (
            (await ReadAsync("read-idle")).Pairs[0],
            (await ReadAsync("read-uncompleted")).Pairs[0]
        );
        (timed.State, untimed.State).ShouldBe(("waiting", "waiting"));
        timed.DueAt.ShouldNotBeNull();
        untimed.DueAt.ShouldBeNull();
    }

    [Fact]
    public async Task It_says_why_it_does_not_go_on_and_that_it_was_withdrawn()
    {
        var connectionId = await stores.RouteAsync("read-failed");
        await stores.SaveMappingAsync("read-failed", connectionId, longestName: 3);
        await stores.CaptureAsync("read-failed", stores.Patch("1", Ada));
        var failed = await ReadAsync("read-failed");

        stores.Clock.Advance(TimeSpan.FromSeconds(1));
        await stores
            .Replica()
            .TakeInAsync(
                [
                    new LeadChange.Withdrawn(
                        "read-failed",
                        new WithdrawnLead
                        {
                            EventId = Guid.CreateVersion7(),
                            OccurredAt = stores.Clock.GetUtcNow(),
                            Source = "form",
                            LeadId = "1",
                        }
                    ),
                ],
                Stop
            );

        (failed.Pairs[0].State, failed.Pairs[0].Code).ShouldBe(("failed", "VALUE_DOES_NOT_FIT"));
        var withdrawn = await ReadAsync("read-failed");
        (withdrawn.Withdrawn, withdrawn.Fields.Count).ShouldBe((true, 0));
    }
}
