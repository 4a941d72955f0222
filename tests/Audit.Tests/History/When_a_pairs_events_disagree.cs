using Dapper;
using LeadSync.Contracts;

namespace LeadSync.Audit.Tests.History;

/// <summary>Which of several things said of one lead at one connection holds. Each pair is given in both orders.</summary>
public sealed class When_a_pairs_events_disagree(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    private static readonly DateTimeOffset Earlier = Events.Noon;
    private static readonly DateTimeOffset Later = Events.Noon.AddMinutes(1);

    [Fact]
    public Task A_newer_version_waits_though_the_older_was_created() =>
        ShouldStand("waiting", Events.Written("a", Earlier, WriteOutcome.Created), Events.Mapped("a", Later));

    [Fact]
    public Task A_late_outcome_of_an_older_version_changes_nothing() =>
        ShouldStand(
            "updated",
            Events.Written("a", Later, WriteOutcome.Updated),
            Events.Failed("a", Earlier, FailureCatalogue.ValueDoesNotFit, Events.Connection, at: Later.AddHours(1))
        );

    [Fact]
    public Task A_failure_that_passes_by_itself_is_waiting() =>
        ShouldStand(
            "waiting",
            Events.Mapped("a", Earlier),
            Events.Failed("a", Earlier, FailureCatalogue.CrmUnavailable, Events.Connection)
        );

    [Fact]
    public Task A_failure_that_does_not_is_failed() =>
        ShouldStand(
            "failed",
            Events.Mapped("a", Earlier),
            Events.Failed("a", Earlier, FailureCatalogue.RequiredFieldMissing, Events.Connection)
        );

    [Fact]
    public Task A_deliberate_skip_is_skipped() =>
        ShouldStand(
            "skipped",
            Events.Mapped("a", Earlier),
            Events.Matched("a", Earlier, SyncDecision.Skip, "EXISTS_AS_CONTACT")
        );

    [Fact]
    public Task A_match_alone_decides_nothing() =>
        ShouldStand("waiting", Events.Mapped("a", Earlier), Events.Matched("a", Earlier, SyncDecision.Create));

    [Fact]
    public Task A_created_record_stays_created_when_the_same_version_runs_again() =>
        ShouldStand(
            "created",
            Events.Written("a", Earlier, WriteOutcome.Created),
            Events.Written("a", Earlier, WriteOutcome.Unchanged, at: Later)
        );

    [Fact]
    public Task A_lead_with_one_of_its_two_records_refused_is_failed() =>
        ShouldStand(
            "failed",
            Events.Failed("a", Earlier, FailureCatalogue.ValueDoesNotFit, Events.Connection),
            Events.Written("a", Earlier, WriteOutcome.Updated, at: Later) with
            {
                Partly = true,
            }
        );

    [Fact]
    public Task A_lead_with_one_of_its_two_records_left_to_write_is_waiting() =>
        ShouldStand(
            "waiting",
            Events.Mapped("a", Earlier),
            Events.Written("a", Earlier, WriteOutcome.Updated) with
            {
                Partly = true,
            }
        );

    [Fact]
    public Task A_withdrawn_lead_waits_for_nothing() =>
        ShouldStand("skipped", Events.Mapped("a", Earlier), Events.Mapped("a", Later, withdrawn: true));

    [Fact]
    public async Task A_write_after_a_failure_is_mended()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Failed("a", Earlier, FailureCatalogue.RequiredFieldMissing, Events.Connection),
            Events.Failed("b", Earlier, FailureCatalogue.RequiredFieldMissing, Events.Connection)
        );
        await audit.AddAsync(workspace, Events.Written("a", Earlier, WriteOutcome.Created));

        var states = await StatesAsync(workspace);

        states.ShouldBe([("a", "created", true), ("b", "failed", false)]);
    }

    [Fact]
    public async Task A_warning_is_no_failure_and_its_write_mends_nothing_whichever_is_told_first()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Failed("a", Earlier, FailureCatalogue.OwnerNotAssigned, Events.Connection)
        );
        await audit.AddAsync(workspace, Events.Written("a", Earlier, WriteOutcome.Created));
        await audit.AddAsync(
            workspace,
            Events.Failed("a", Earlier, FailureCatalogue.OwnerNotAssigned, Events.Connection, at: Later)
        );

        (await StatesAsync(workspace)).ShouldBe([("a", "created", false)]);
    }

    [Fact]
    public async Task Two_workspaces_may_use_the_same_event_id()
    {
        var (first, second) = (audit.NewWorkspace(), audit.NewWorkspace());
        var lead = Events.Written("a", Earlier, WriteOutcome.Created);

        await audit.AddAsync(first, lead);
        await audit.AddAsync(second, lead);

        (await StatesAsync(second)).ShouldBe([("a", "created", false)]);
    }

    private async Task ShouldStand(string state, IEventItem one, IEventItem other)
    {
        var (asTold, reversed, together) = (audit.NewWorkspace(), audit.NewWorkspace(), audit.NewWorkspace());
        await audit.AddAsync(asTold, one);
        await audit.AddAsync(asTold, other);
        await audit.AddAsync(reversed, other);
        await audit.AddAsync(reversed, one);
        await audit.AddAsync(together, one, other, one);

        foreach (var workspace in new[] { asTold, reversed, together })
            (await StatesAsync(workspace)).ShouldHaveSingleItem().State.ShouldBe(state);
    }

    private async Task<List<(string Lead, string State, bool Mended)>> StatesAsync(string workspace)
    {
        await using var connection = await audit.Database.Source.OpenConnectionAsync();
        return (
            await connection.QueryAsync<(string, string, bool)>(
                "select lead_id, state, mended from sync_state where workspace = @workspace order by lead_id",
                new { workspace }
            )
        ).AsList();
    }
}
