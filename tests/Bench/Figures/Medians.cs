namespace LeadSync.Bench.Figures;

/// <summary>The middle of several values: of an even number, between the two in the middle.</summary>
public static class Medians
{
    /// <exception cref="ArgumentException">There are none.</exception>
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        if (sorted.Count == 0)
            throw new ArgumentException("There is no median of nothing.", nameof(values));
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
