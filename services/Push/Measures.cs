using System.Diagnostics;
using System.Diagnostics.Metrics;
using LeadSync.Hosting;

namespace LeadSync.Push;

/// <summary>What Push measures of its own work. No workspace, connection or lead is ever a tag: their number has no bound.</summary>
public static class Measures
{
    /// <summary>What became of leads. Tags: <c>outcome</c>, and <c>error.type</c>, the catalogue code of a failure.</summary>
    private static readonly Counter<long> Results = Telemetry.Measures.CreateCounter<long>(
        "leadsync.push.result",
        "{lead}"
    );

    /// <summary>From the version of a lead, which is when it became wanted, to its outcome.</summary>
    private static readonly Histogram<double> Freshness = Telemetry.Measures.CreateHistogram<double>(
        "leadsync.lead.freshness",
        "s",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200],
        }
    );

    /// <summary>Lanes taken over by another worker while they were served.</summary>
    public static readonly Counter<long> LeasesLost = Telemetry.Measures.CreateCounter<long>(
        "leadsync.lease.lost",
        "{lease}"
    );

    /// <summary>Calls that a worker left under way, found by the lane's next owner.</summary>
    public static readonly Counter<long> Rescued = Telemetry.Measures.CreateCounter<long>(
        "leadsync.lane.rescued",
        "{intent}"
    );

    /// <summary>Lanes that the sweep found waiting for far longer than an idle worker takes to look: each is a fault of ours.</summary>
    public static readonly Counter<long> Swept = Telemetry.Measures.CreateCounter<long>(
        "leadsync.lane.swept",
        "{lane}"
    );

    /// <summary>Counts one lead's outcome.</summary>
    /// <param name="code">The catalogue code of a failure; null for what is none.</param>
    /// <param name="took">From the lead's version to now; null for what is not over.</param>
    public static void Count(string outcome, string? code, TimeSpan? took)
    {
        var tags = new TagList { { "outcome", outcome } };
        if (code is not null)
            tags.Add("error.type", code);
        Results.Add(1, tags);
        if (took is { } time)
            Freshness.Record(time.TotalSeconds, new TagList { { "outcome", outcome } });
    }
}
