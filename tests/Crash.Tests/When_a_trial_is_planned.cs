using LeadSync.Crash.Trials;

namespace LeadSync.Crash.Tests;

/// <summary>A seed is all that a trial needs.</summary>
public sealed class When_a_trial_is_planned
{
    [Fact]
    public void Seeds_that_follow_each_other_go_through_every_pair_of_point_and_fault() =>
        Enumerable
            .Range(4_711, Cells.All.Count)
            .Select(TrialPlan.Of)
            .Select(plan => (plan.Point, plan.Fault))
            .ShouldBeUnique();

    [Fact]
    public void The_same_seed_gives_the_same_trial() => TrialPlan.Of(90_112).ShouldBe(TrialPlan.Of(90_112));

    [Fact]
    public void Only_those_that_are_asked_for_are_tried()
    {
        TrialPlan
            .From(4_711, "crm.request EffectLate")
            .Take(3)
            .ShouldAllBe(plan => plan.Point.Name == "push.crm.request" && plan.Fault == Fault.EffectLate);
        TrialPlan.From(4_711, "no such point").ShouldBeEmpty();
    }

    [Fact]
    public void Every_point_is_met_by_several_faults() =>
        Points.All.ShouldAllBe(point => Cells.All.Count(cell => cell.Point == point) >= 5);
}
