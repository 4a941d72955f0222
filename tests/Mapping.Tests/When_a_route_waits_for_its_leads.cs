using Dapper;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_route_waits_for_its_leads(Stores stores) : IClassFixture<Stores>
{
    private static readonly object Ada = new { lastName = "Lovelace", company = "Engines" };

    private static RouteTerms Idle(int minutes) =>
        new("Lead") { Sync = SyncWhen.Idle, Idle = TimeSpan.FromMinutes(minutes) };

    private static readonly RouteTerms Completed = new("Lead") { Sync = SyncWhen.Completed };

    private async Task<long> CountDueAsync(string workspace)
    {
        await using var connection = await stores.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<long>(
            "select count(*) from mapping_due d join lead l on l.id = d.lead where l.workspace = @workspace",
            new { workspace }
        );
    }

    [Fact]
    public async Task It_goes_once_completed_and_from_then_on_with_every_capture()
    {
        await stores.RouteAsync("completed", Completed);

        var first = await stores.CaptureAsync("completed", stores.Patch("1", Ada));
        stores.Clock.Advance(TimeSpan.FromDays(2));
        var later = await stores.TakeUpDueAsync();
        var whole = await stores.CaptureAsync(
            "completed",
            stores.Patch("1", new { title = "Countess" }, completed: true)
        );
        stores.Clock.Advance(TimeSpan.FromSeconds(1));
        var after = await stores.CaptureAsync("completed", stores.Patch("1", new { title = "Analyst" }));

        first.Mapped.ShouldBeEmpty();
        first.Failed.ShouldBeEmpty("it waits, and is not without a route");
        later.Mapped.ShouldBeEmpty();
        whole.Mapped.ShouldHaveSingleItem().Item.Sections[0].Fields.Count.ShouldBe(3, "its whole state goes");
        after.Mapped.ShouldHaveSingleItem();
        (await CountDueAsync("completed")).ShouldBe(0);
    }

    [Fact]
    public async Task It_goes_after_the_idle_minutes_and_each_capture_begins_them_anew()
    {
        await stores.RouteAsync("idle", Idle(30));

        await stores.CaptureAsync("idle", stores.Patch("1", Ada));
        stores.Clock.Advance(TimeSpan.FromMinutes(29));
        await stores.CaptureAsync("idle", stores.Patch("1", new { title = "Countess" }));
        stores.Clock.Advance(TimeSpan.FromMinutes(29));
        var early = await stores.TakeUpDueAsync();
        stores.Clock.Advance(TimeSpan.FromMinutes(1));
        var due = await stores.TakeUpDueAsync();
        var again = await stores.TakeUpDueAsync();

        early.Mapped.ShouldBeEmpty();
        due.Mapped.ShouldHaveSingleItem().Item.Sections[0].Fields.Count.ShouldBe(3);
        again.Mapped.ShouldBeEmpty();
        (await CountDueAsync("idle")).ShouldBe(0);
    }

    [Fact]
    public async Task One_that_is_never_completed_goes_when_it_has_been_idle_if_the_route_says_so()
    {
        await stores.RouteAsync("either", Completed with { Idle = TimeSpan.FromMinutes(10) });

        await stores.CaptureAsync("either", stores.Patch("1", Ada));
        stores.Clock.Advance(TimeSpan.FromMinutes(10));

        (await stores.TakeUpDueAsync()).Mapped.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_repeated_message_neither_hurries_nor_delays_it()
    {
        await stores.RouteAsync("repeat", Idle(10));
        var patch = stores.Patch("1", Ada);
        await stores.CaptureAsync("repeat", patch);
        stores.Clock.Advance(TimeSpan.FromMinutes(9));

        var repeated = await stores.CaptureAsync("repeat", patch);
        stores.Clock.Advance(TimeSpan.FromMinutes(1));
        var due = await stores.TakeUpDueAsync();
        var said = await stores.CaptureAsync("repeat", patch);

        repeated.Mapped.ShouldBeEmpty();
        var first = due.Mapped.ShouldHaveSingleItem().Item;
        said.Mapped.ShouldHaveSingleItem().Item.EventId.ShouldBe(first.EventId, "what was said is said again");
    }

    [Fact]
    public async Task A_capture_while_it_is_being_taken_up_is_not_lost()
    {
        await stores.RouteAsync("race", Idle(10));
        await stores.CaptureAsync("race", stores.Patch("1", Ada));
        stores.Clock.Advance(TimeSpan.FromMinutes(10));
        // Taken up and said, but not finished when the next capture comes in.
        (await stores.TakeUpDueAsync(finish: false)).Mapped.ShouldHaveSingleItem();
        await stores.CaptureAsync("race", stores.Patch("1", new { title = "Countess" }));

        stores.Clock.Advance(TimeSpan.FromMinutes(10));
        var due = await stores.TakeUpDueAsync();

        due.Mapped.ShouldHaveSingleItem().Item.Sections[0].Fields.ShouldContain(field => field.Field == "Title");
    }

    [Fact]
    public async Task One_that_was_taken_up_by_a_replica_that_died_is_taken_up_again()
    {
        await stores.RouteAsync("died", Idle(10));
        await stores.CaptureAsync("died", stores.Patch("1", Ada));
        stores.Clock.Advance(TimeSpan.FromMinutes(10));
        var first = await stores.TakeUpDueAsync(finish: false);

        stores.Clock.Advance(TimeSpan.FromMinutes(2));
        var second = await stores.TakeUpDueAsync();

        second.Mapped.ShouldHaveSingleItem().Item.EventId.ShouldBe(first.Mapped[0].Item.EventId);
        (await CountDueAsync("died")).ShouldBe(0);
    }

    [Fact]
    public async Task They_go_at_once_when_the_route_no_longer_waits()
    {
        var connectionId = await stores.RouteAsync("changed", Completed);
        await stores.CaptureAsync("changed", stores.Patch("1", Ada));

        await stores.SaveRouteAsync("changed", connectionId, new RouteTerms("Lead"));

        (await stores.TakeUpDueAsync()).Mapped.ShouldHaveSingleItem();
    }
}
