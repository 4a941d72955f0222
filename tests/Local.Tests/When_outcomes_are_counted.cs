using LeadSync.Local.Demo;

namespace LeadSync.Local.Tests;

public sealed class When_outcomes_are_counted
{
    private static readonly Counts None = new(0, 0, 0, 0, 0, 0, 0, 0, []);

    [Fact]
    public void A_lead_that_Audit_does_not_know_yet_is_missing()
    {
        OutcomeWatch.Missing(None, accepted: 3).ShouldBe(3);
    }

    [Fact]
    public void Every_kind_of_outcome_counts_and_so_does_being_routed_nowhere()
    {
        var counts = None with { Created = 1, Updated = 1, Unchanged = 1, Skipped = 1, Failed = 1, Unrouted = 1 };

        OutcomeWatch.Missing(counts, accepted: 6).ShouldBe(0);
        OutcomeWatch.Missing(counts, accepted: 7).ShouldBe(1);
    }

    [Fact]
    public void A_waiting_lead_is_missing_even_where_others_have_two_outcomes()
    {
        // Two connections: outcomes are counted for each lead at each of them.
        OutcomeWatch.Missing(None with { Created = 5, Waiting = 1 }, accepted: 3).ShouldBe(1);
    }
}
