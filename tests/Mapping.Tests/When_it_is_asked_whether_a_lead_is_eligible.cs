using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Tests;

public sealed class When_it_is_asked_whether_a_lead_is_eligible
{
    private static DateTimeOffset? At(int? hour) =>
        hour is null ? null : new DateTimeOffset(2026, 1, 31, hour.Value, 0, 0, TimeSpan.Zero);

    // Hours of one day; -1: not enabled, not there, never received.
    [Theory]
    [InlineData(5, 1, 2, 3, false, true, "received after all three were enabled")]
    [InlineData(3, 1, 2, 3, false, true, "received at the very instant")]
    [InlineData(5, 6, 2, 3, false, false, "the source was enabled later")]
    [InlineData(5, 1, 6, 3, false, false, "the route was enabled later")]
    [InlineData(5, 1, 2, 6, false, false, "the mapping came later")]
    [InlineData(5, 1, 2, 6, true, true, "the mapping came later, and the lead waited for it")]
    [InlineData(5, 1, 2, -1, false, true, "there is no mapping yet: it waits for one")]
    [InlineData(5, 1, 6, 3, true, false, "the route was off in between")]
    [InlineData(5, 6, 2, 3, true, false, "the source was off in between")]
    [InlineData(5, -1, 2, 3, true, false, "the source is off, or was never declared")]
    [InlineData(5, 1, -1, 3, true, false, "the route is off")]
    [InlineData(-1, 1, 2, 3, true, false, "nothing was ever received")]
    public void It_depends_on_what_was_received_since_all_were_enabled(
        int received,
        int source,
        int route,
        int mapping,
        bool wasEligible,
        bool eligible,
        string because
    )
    {
        static DateTimeOffset? Hour(int hour) => At(hour < 0 ? null : hour);

        Eligibility
            .IsEligible(Hour(received), Hour(source), Hour(route), Hour(mapping), wasEligible)
            .ShouldBe(eligible, because);
    }
}
