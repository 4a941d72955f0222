using System.Text.Json;

namespace LeadSync.Mapping.Backfill;

/// <summary>Which old leads are to be synced: of a source, at a connection, captured last within a time.</summary>
/// <param name="CapturedFrom">Null: from the first on.</param>
/// <param name="CapturedBefore">Null: up to now. What is captured later is synced anyhow.</param>
public sealed record BackfillWanted(
    string Source,
    Guid ConnectionId,
    DateTimeOffset? CapturedFrom,
    DateTimeOffset? CapturedBefore
);

/// <summary>A backfill as its API shows it.</summary>
/// <param name="State"><c>counted</c> and not started, <c>running</c>, <c>paused</c>, <c>done</c>, <c>cancelled</c>.</param>
/// <param name="Leads">How many were counted; once started, how many were chosen.</param>
/// <param name="Done">How many of them were mapped and told of; those that could not be mapped wait as others do.</param>
/// <param name="ApiCalls">What it may take of the org's daily calls, at most as a rule (<see cref="BackfillCost"/>).</param>
public sealed record BackfillView(
    Guid Id,
    string Source,
    Guid ConnectionId,
    DateTimeOffset? CapturedFrom,
    DateTimeOffset CapturedBefore,
    string State,
    long Leads,
    long Done,
    long ApiCalls,
    DateTimeOffset CountedAt,
    string CountedBy,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt
);

/// <summary>A backfill with the number that its tag has.</summary>
public sealed record StoredBackfill(BackfillView View, long Revision)
{
    /// <summary>What the history of changes says of it.</summary>
    public JsonElement Shown =>
        JsonSerializer.SerializeToElement(
            new
            {
                View.Source,
                View.ConnectionId,
                View.CapturedFrom,
                View.CapturedBefore,
                View.State,
                View.Leads,
            },
            JsonSerializerOptions.Web
        );
}

/// <summary>
/// What a backfill costs in calls. Push takes up to 200 leads a call: one finds the records they already are, and up to two
/// write, one creating and one updating. Repeated tries, and calls that find out what became of a lost answer, come on top.
/// </summary>
public static class BackfillCost
{
    public const int LeadsPerCall = 200;
    public const int CallsPerBatch = 3;

    public static long Calls(long leads) => (leads + LeadsPerCall - 1) / LeadsPerCall * CallsPerBatch;
}

/// <summary>Pure: how fast a backfill goes, so that new leads always find room.</summary>
/// <param name="AtOnce">How many leads are mapped together.</param>
/// <param name="Rest">How long after them the next are due.</param>
public sealed record BackfillPace(int AtOnce, TimeSpan Rest)
{
    private const int Most = 200;

    /// <param name="perMinute">How many leads a minute; at least 1.</param>
    public static BackfillPace Of(int perMinute)
    {
        var atOnce = Math.Clamp(perMinute / 60, 1, Most);
        return new BackfillPace(atOnce, TimeSpan.FromMinutes((double)atOnce / perMinute));
    }
}
