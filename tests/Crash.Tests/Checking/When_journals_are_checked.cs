using LeadSync.Crash.Checking;
using static LeadSync.Crash.Tests.Checking.Journal;

namespace LeadSync.Crash.Tests.Checking;

/// <summary>Every counter is seen to count what it is for, and to leave alone what may be.</summary>
public sealed class When_journals_are_checked
{
    [Fact]
    public void Nothing_is_found_where_all_is_as_it_should_be() => Checker.Check(Sound).ShouldBeEmpty();

    [Fact]
    public void An_acknowledged_lead_without_a_record_is_lost() =>
        Counters(Sound with { Effects = [], Records = [], Told = [] }).ShouldBe([Counter.Lost]);

    [Fact]
    public void A_lead_that_nobody_acknowledged_is_not_lost() =>
        Counters(
                Sound with
                {
                    Captures = [.. Sound.Captures.Select(capture => capture with { AcknowledgedAt = null })],
                    Effects = [],
                    Records = [],
                    Told = [],
                }
            )
            .ShouldBeEmpty();

    [Fact]
    public void A_lead_that_is_parked_with_a_cause_is_not_lost() =>
        Counters(
                Sound with
                {
                    Effects = [],
                    Records = [],
                    Told = [],
                    Rows = [Sound.Rows[0] with { ParkedCode = "REQUIRED_FIELD_MISSING" }],
                }
            )
            .ShouldBeEmpty();

    [Fact]
    public void Two_records_of_one_person_are_duplicates() =>
        Counters(
                Sound with
                {
                    Effects =
                    [
                        .. Sound.Effects,
                        Did(EffectKind.Created, ("Title", null, "two"), ("Phone", null, "111")) with
                        {
                            RecordId = "r2",
                        },
                    ],
                    Records = [.. Sound.Records, Standing("r2", ("Title", "two"), ("Phone", "111"))],
                    Told =
                    [
                        .. Sound.Told,
                        Tells(3, "created", ("Title", "two"), ("Phone", "111")) with
                        {
                            RecordId = "r2",
                        },
                    ],
                }
            )
            .ShouldBe([Counter.Duplicate]);

    [Fact]
    public void A_record_beside_one_that_was_there_by_hand_is_a_duplicate() =>
        Counters(Sound with { Records = [.. Sound.Records, Standing("r0", ("Title", "two"), ("Phone", "9"))] })
            .ShouldBe([Counter.Duplicate]);

    [Fact]
    public void An_older_value_that_stands_in_the_end_is_stale() =>
        Counters(
                Sound with
                {
                    Effects = [Sound.Effects[0]],
                    Records = [Standing("r1", ("Title", "one"), ("Phone", "111"))],
                    Told = [Sound.Told[0]],
                }
            )
            .ShouldBe([Counter.Stale]);

    [Fact]
    public void What_a_person_wrote_after_the_newest_value_stands() =>
        Counters(
                Sound with
                {
                    Effects = [.. Sound.Effects, ByHand(("Title", "two", "hers"))],
                    Records = [Standing("r1", ("Title", "hers"), ("Phone", "111"))],
                }
            )
            .ShouldBeEmpty();

    [Fact]
    public void What_a_person_wrote_before_the_newest_value_came_does_not_stand_for_it() =>
        Counters(
                Sound with
                {
                    Effects = [Sound.Effects[0], ByHand(("Title", "one", "hers"))],
                    Records = [Standing("r1", ("Title", "hers"), ("Phone", "111"))],
                    Told = [Sound.Told[0]],
                }
            )
            .ShouldBe([Counter.Stale]);

    [Fact]
    public void A_lane_that_knows_an_older_version_than_was_told_is_stale() =>
        Counters(Sound with { Rows = [Sound.Rows[0] with { Version = 10 }] }).ShouldBe([Counter.Stale]);

    [Fact]
    public void A_lane_that_has_forgotten_a_lead_is_stale() =>
        Counters(Sound with { Rows = [] }).ShouldBe([Counter.Stale]);

    [Fact]
    public void A_value_that_nobody_sent_is_unexpected() =>
        Counters(
                Sound with
                {
                    Effects =
                    [
                        Sound.Effects[0],
                        Did(EffectKind.Updated, ("Title", "one", "odd")),
                        Did(EffectKind.Updated, ("Title", "odd", "two")),
                    ],
                    Told = [.. Sound.Told, Tells(3, "updated", ("Title", "odd"))],
                }
            )
            .ShouldBe([Counter.Unexpected]);

    [Fact]
    public void A_value_of_another_workspace_is_not_only_unexpected() =>
        Counters(
                Sound with
                {
                    Captures =
                    [
                        .. Sound.Captures,
                        Captured(1, ("Title", "theirs")) with
                        {
                            Workspace = "other",
                            Email = "bob@other.example",
                            LeadId = "l2",
                            AcknowledgedAt = null,
                        },
                    ],
                    Effects =
                    [
                        Sound.Effects[0],
                        Did(EffectKind.Updated, ("Title", "one", "theirs")),
                        Did(EffectKind.Updated, ("Title", "theirs", "two")),
                    ],
                    Told = [.. Sound.Told, Tells(3, "updated", ("Title", "theirs"))],
                }
            )
            .ShouldBe([Counter.CrossWorkspace]);

    [Fact]
    public void A_write_that_is_told_and_did_not_happen_is_a_phantom() =>
        Counters(Sound with { Told = [.. Sound.Told, Tells(3, "updated", ("Title", "three"))] })
            .ShouldBe([Counter.PhantomAudit]);

    [Fact]
    public void A_creation_that_is_told_twice_is_a_phantom() =>
        Counters(Sound with { Told = [.. Sound.Told, Tells(3, "created")] }).ShouldBe([Counter.PhantomAudit]);

    [Fact]
    public void The_same_event_twice_is_one() =>
        Counters(Sound with { Told = [.. Sound.Told, Sound.Told[0]] }).ShouldBeEmpty();

    [Fact]
    public void A_creation_that_nobody_is_told_of_is_missing() =>
        Counters(Sound with { Told = [Sound.Told[1]] }).ShouldBe([Counter.MissingAudit]);

    [Fact]
    public void An_update_that_nobody_is_told_of_is_missing() =>
        Counters(Sound with { Told = [Sound.Told[0]] }).ShouldBe([Counter.MissingAudit]);

    [Fact]
    public void A_lost_update_that_a_person_replaced_before_it_was_looked_for_need_not_be_told() =>
        Counters(
                Sound with
                {
                    Effects = [.. Sound.Effects, ByHand(("Title", "two", "hers"))],
                    Records = [Standing("r1", ("Title", "hers"), ("Phone", "111"))],
                    Told = [Sound.Told[0]],
                }
            )
            .ShouldBeEmpty();

    [Fact]
    public void More_calls_than_are_ours_are_over_budget() =>
        Counters(Sound with { Calls = [.. Sound.Calls, new CrmCall(Org, Noon, OfLeads: false)] })
            .ShouldBe([Counter.OverBudget]);

    [Fact]
    public void A_record_that_we_deleted_is_counted() =>
        Counters(Sound with { Effects = [.. Sound.Effects, Did(EffectKind.Deleted)] }).ShouldBe([Counter.Deleted]);

    [Fact]
    public void A_filled_field_that_may_only_be_filled_when_empty_is_not_to_be_written() =>
        Counters(
                Sound with
                {
                    Captures = [.. Sound.Captures, Captured(3, ("Phone", "222"))],
                    Effects = [.. Sound.Effects, Did(EffectKind.Updated, ("Phone", "111", "222"))],
                    Records = [Standing("r1", ("Title", "two"), ("Phone", "222"))],
                    Told = [.. Sound.Told, Tells(3, "updated", ("Phone", "222"))],
                }
            )
            .ShouldBe([Counter.GuardedOverwritten]);

    [Fact]
    public void An_older_value_after_a_newer_one_is_retroactive_even_when_it_does_not_stand() =>
        Counters(
                Sound with
                {
                    Effects =
                    [
                        .. Sound.Effects,
                        Did(EffectKind.Updated, ("Title", "two", "one")),
                        Did(EffectKind.Updated, ("Title", "one", "two")),
                    ],
                }
            )
            .ShouldBe([Counter.Retroactive]);

    [Fact]
    public void A_call_for_leads_that_starts_while_the_lane_is_held_is_counted() =>
        Counters(Sound with { Holds = [new Hold(Org, Noon.AddMilliseconds(500), Noon.AddSeconds(2))] })
            .ShouldBe([Counter.CallAfterHold]);

    [Fact]
    public void Calls_before_and_after_a_hold_and_of_others_are_not() =>
        Counters(
                Sound with
                {
                    Holds =
                    [
                        new Hold(Org, Noon.AddSeconds(0.1), Noon.AddSeconds(0.9)),
                        new Hold(OtherOrg, Noon.AddSeconds(-1), Noon.AddSeconds(5)),
                    ],
                }
            )
            .ShouldBeEmpty();

    [Fact]
    public void A_lead_that_still_waits_is_stuck() =>
        Counters(Sound with { Rows = [Sound.Rows[0] with { IsPending = true }] }).ShouldBe([Counter.Stuck]);

    private static Counter[] Counters(Journals journals) =>
        [.. Checker.Check(journals).Select(finding => finding.Counter).Distinct()];
}
