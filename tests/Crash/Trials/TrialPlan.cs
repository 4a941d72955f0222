namespace LeadSync.Crash.Trials;

/// <summary>One trial, as its seed says.</summary>
/// <param name="Nth">At which passing of the point.</param>
/// <param name="InUpdates">The point is watched while known leads change; else while they are new.</param>
public sealed record TrialPlan(int Seed, Point Point, Fault Fault, int Nth, bool InUpdates)
{
    /// <summary>The trial of a seed: seeds that follow each other go through all pairs of point and fault.</summary>
    public static TrialPlan Of(int seed)
    {
        var (point, fault) = Cells.All[(int)((uint)seed % Cells.All.Count)];
        var random = new Random(seed);
        return new TrialPlan(seed, point, fault, random.Next(1, 4), random.Next(2) == 0);
    }

    public override string ToString() => $"{Point.Name} {Fault} n={Nth}{(InUpdates ? " in updates" : "")}";
}
