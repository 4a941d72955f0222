namespace LeadSync.Push.Writing;

/// <summary>When a passing fault is tried again. Pure but for its jitter, which can be fixed.</summary>
public static class RetrySchedule
{
    private static readonly TimeSpan LongestLead = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestLane = TimeSpan.FromMinutes(1);

    /// <summary>Looks for an unknown outcome, by the number of looks so far.</summary>
    private static readonly TimeSpan[] Looks =
    [
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(10),
    ];

    /// <summary>For one lead, by the number of attempts so far; null when it is given up. Two seconds, doubling, to an hour.</summary>
    /// <param name="jitter">Between 0 and 1.</param>
    public static TimeSpan? ForLead(int attempts, int most, TimeSpan? asked, double jitter) =>
        attempts >= most ? null : Longer(asked, Doubling(TimeSpan.FromSeconds(2), attempts - 1, LongestLead, jitter));

    /// <summary>For a whole lane, by the number of rounds in a row that failed. Half a second, doubling, to a minute.</summary>
    public static TimeSpan ForLane(int faults, TimeSpan? asked, double jitter) =>
        Longer(asked, Doubling(TimeSpan.FromMilliseconds(500), faults, LongestLane, jitter));

    /// <summary>Until an unknown outcome is looked for again; never much past the moment from which it is certain.</summary>
    public static TimeSpan ForProbe(int probes, TimeSpan untilCertain)
    {
        var wait = Looks[Math.Clamp(probes, 0, Looks.Length - 1)];
        return untilCertain > TimeSpan.Zero && untilCertain < wait
            ? untilCertain + TimeSpan.FromMilliseconds(100)
            : wait;
    }

    // Half of it is random, so that what failed together does not come back together.
    private static TimeSpan Doubling(TimeSpan first, int times, TimeSpan longest, double jitter)
    {
        var whole = Math.Min(first.TotalSeconds * Math.Pow(2, Math.Clamp(times, 0, 30)), longest.TotalSeconds);
        return TimeSpan.FromSeconds(whole * (0.5 + (jitter / 2)));
    }

    private static TimeSpan Longer(TimeSpan? asked, TimeSpan own) => asked > own ? asked.Value : own;
}
