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

    /// <summary>The trials of a seed and those that follow it, without end.</summary>
    /// <param name="only">Only those whose point and fault, <c>push.crm.request EffectLate</c>, hold this text.</param>
    public static IEnumerable<TrialPlan> From(int seed, string only)
    {
        if (!Cells.All.Any(cell => IsWanted(cell.Point, cell.Fault, only)))
            yield break;
        for (; ; seed = unchecked(seed + 1))
        {
            var plan = Of(seed);
            if (IsWanted(plan.Point, plan.Fault, only))
                yield return plan;
        }
    }

    private static bool IsWanted(Point point, Fault fault, string only) =>
        $"{point.Name} {fault}".Contains(only, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => $"{Point.Name} {Fault} n={Nth}{(InUpdates ? " in updates" : "")}";
}
