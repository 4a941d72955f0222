using LeadSync.Crash.Checking;

namespace LeadSync.Crash.Trials;

/// <summary>How a trial ended.</summary>
/// <param name="IsReached">The fault was carried out; where it was not, nothing was tried.</param>
/// <param name="Recovery">From the end of the fault until everything was at rest.</param>
/// <param name="Leads">Captures that were acknowledged.</param>
public sealed record TrialResult(
    TrialPlan Plan,
    bool IsReached,
    IReadOnlyList<Finding> Findings,
    TimeSpan Recovery,
    TimeSpan Took,
    int Leads
)
{
    public override string ToString() =>
        $"seed {Plan.Seed}  {Plan}  {(IsReached ? "" : "NOT REACHED  ")}{Leads} captures, at rest after {Recovery.TotalSeconds:0.0} s, {Took.TotalSeconds:0.0} s in all"
        + string.Concat(Findings.Select(finding => $"{Environment.NewLine}    {finding}"));
}
