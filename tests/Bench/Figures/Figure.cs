using LeadSync.Bench.Machines;

namespace LeadSync.Bench.Figures;

/// <summary>One measurement of a figure, and what the machine did meanwhile.</summary>
public sealed record Run(double Value, Load? Load);

/// <summary>Something measured, several times.</summary>
/// <param name="Part">The part of the bench that it belongs to.</param>
/// <param name="Name">What was measured, for a reader.</param>
/// <param name="Unit"><c>leads/s</c>, <c>ms</c>, <c>MB</c> …</param>
/// <param name="Runs">In the order in which they were done.</param>
public sealed record Figure(string Part, string Name, string Unit, IReadOnlyList<Run> Runs)
{
    public double Median => Medians.Of(Runs.Select(run => run.Value));

    public double Lowest => Runs.Min(run => run.Value);

    public double Highest => Runs.Max(run => run.Value);

    /// <summary>Of a throughput: its part of the two-hop ceiling that was measured in the same session.</summary>
    public double? OfCeiling { get; init; }

    /// <summary>What a reader must know to take it right.</summary>
    public string? Remark { get; init; }
}
