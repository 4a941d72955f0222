using LeadSync.Crash.Checking;
using LeadSync.Crash.Trials;

namespace LeadSync.Crash.Mutants;

/// <summary>
/// A fault planted on purpose, to see whether the checker finds it. It is text, applied to a copy of the source: nothing of it
/// can be in what ships.
/// </summary>
/// <param name="Name">As <c>./crash mutants</c> lists it.</param>
/// <param name="Service">The service that is built with it.</param>
/// <param name="Meaning">What goes wrong with it.</param>
/// <param name="Point">Where the trial strikes that shows it.</param>
/// <param name="InUpdates">Whether it strikes while known leads change.</param>
/// <param name="Counters">By which of them it may be found; others would be a surprise.</param>
public sealed record Mutant(
    string Name,
    string Service,
    string Meaning,
    IReadOnlyList<Edit> Edits,
    string Point,
    Fault Fault,
    bool InUpdates,
    IReadOnlyList<Counter> Counters
)
{
    /// <summary>API calls a day of the org, where the trial is about running out of them.</summary>
    public int Allowance { get; init; } = CrashHouse.Plenty;

    /// <summary>At which passing of the point; several are tried one after the other.</summary>
    public IReadOnlyList<int> Nth { get; init; } = [1, 2, 3];

    internal TrialPlan PlanOf(int trial) => new(trial, Points.Find(Point), Fault, Nth[trial % Nth.Count], InUpdates);
}

/// <summary>One change of a source file.</summary>
/// <param name="File">Below the checkout's root.</param>
/// <param name="Original">Stands there exactly once.</param>
public sealed record Edit(string File, string Original, string Replacement);
