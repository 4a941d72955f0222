namespace LeadSync.Connector.Budget;

/// <summary>Where the use of an allowance is heading, from the CRM's own figures of the last hours.</summary>
/// <param name="PerHour">
/// By how many calls an hour the figure grows, or shrinks, everybody's calls together; what leaves a rolling window at its
/// other end is taken off already.
/// </param>
/// <param name="RunsOutAt">When our part is used up if it goes on so; null when not within a day.</param>
public sealed record UsageForecast(double PerHour, DateTimeOffset? RunsOutAt)
{
    // Long enough to see past one burst, short enough to notice a backlog.
    private static readonly TimeSpan Look = TimeSpan.FromHours(3);
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Far = TimeSpan.FromDays(1);

    /// <summary>Null while there are too few readings for any.</summary>
    /// <param name="readings">Oldest first.</param>
    /// <param name="left">Calls that may still be reserved for what is most urgent.</param>
    public static UsageForecast? Make(IReadOnlyList<UsageReading> readings, long left, DateTimeOffset now)
    {
        var recent = readings.Where(reading => reading.ReadAt >= now - Look).ToList();
        if (recent.Count < 2 || recent[^1].ReadAt - recent[0].ReadAt < Least)
            return null;
        var perHour = (recent[^1].Used - recent[0].Used) / (recent[^1].ReadAt - recent[0].ReadAt).TotalHours;
        var rounded = Math.Round(perHour, 1);
        if (left == 0)
            return new UsageForecast(rounded, now);
        var isNear = perHour > 0 && left / perHour <= Far.TotalHours;
        return new UsageForecast(rounded, isNear ? now.AddHours(left / perHour) : null);
    }
}
