namespace LeadSync.WholeSystem.Load;

/// <summary>How long many things took.</summary>
public sealed record Spread(int Count, TimeSpan Median, TimeSpan Ninetyninth, TimeSpan Longest)
{
    public static Spread Of(IEnumerable<TimeSpan> took)
    {
        var sorted = took.Order().ToList();
        return sorted.Count == 0
            ? new Spread(0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero)
            : new Spread(
                sorted.Count,
                sorted[sorted.Count / 2],
                sorted[Math.Min(sorted.Count - 1, sorted.Count * 99 / 100)],
                sorted[^1]
            );
    }

    public override string ToString() =>
        $"{Count}: p50 {Median.TotalSeconds:0.00} s, p99 {Ninetyninth.TotalSeconds:0.00} s, longest {Longest.TotalSeconds:0.00} s";
}
