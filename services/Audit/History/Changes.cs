using LeadSync.Contracts;

namespace LeadSync.Audit.History;

/// <summary>What new events say of one lead as a whole.</summary>
public sealed record LeadChange(LeadKey Lead)
{
    public DateTimeOffset? FirstCapturedAt { get; init; }
    public DateTimeOffset? LastCapturedAt { get; init; }
    public DateTimeOffset? WithdrawnAt { get; init; }
    public long? UnroutedVersion { get; init; }

    /// <summary>The newest version at any connection.</summary>
    public long? NewestVersion { get; init; }

    /// <summary>Null when none of the events says anything of it.</summary>
    public static LeadChange? Of(LeadKey lead, IEnumerable<Happening> events)
    {
        DateTimeOffset? first = null;
        DateTimeOffset? last = null;
        DateTimeOffset? withdrawn = null;
        long? unrouted = null;
        long? newest = null;
        foreach (var happening in events)
        {
            switch (happening.Item)
            {
                case CapturedLead:
                    first = first < happening.At ? first : happening.At;
                    last = last > happening.At ? last : happening.At;
                    break;
                case WithdrawnLead:
                    withdrawn = withdrawn > happening.At ? withdrawn : happening.At;
                    break;
                case MappedLead { Withdrawn: true, Reason: Happening.Erased } erased:
                    // Nobody waits for it any more, wherever it was.
                    withdrawn = withdrawn > happening.At ? withdrawn : happening.At;
                    if (happening.ConnectionId is not null)
                        newest = newest > erased.Version ? newest : erased.Version;
                    break;
                case FailedSync { ConnectionId: null, Version: { } version } failure
                    when failure.Code == FailureCatalogue.NoRoute.Code
                        || failure.Code == FailureCatalogue.FilteredOut.Code:
                    unrouted = unrouted > version ? unrouted : version;
                    break;
                default:
                    var said = Standing.Of(happening.Item)?.Version;
                    newest = newest > said ? newest : said ?? newest;
                    break;
            }
        }
        return first is null && withdrawn is null && unrouted is null && newest is null
            ? null
            : new LeadChange(lead)
            {
                FirstCapturedAt = first,
                LastCapturedAt = last,
                WithdrawnAt = withdrawn,
                UnroutedVersion = unrouted,
                NewestVersion = newest,
            };
    }
}

/// <summary>What new events say of one lead at one connection.</summary>
/// <param name="Standing">The greatest of what they say.</param>
/// <param name="Failures">How many of them are failures that do not pass by themselves.</param>
public sealed record PairChange(
    LeadKey Lead,
    Guid ConnectionId,
    Standing Standing,
    int Failures,
    DateTimeOffset? FirstFailedAt,
    DateTimeOffset? LastFailedAt
)
{
    /// <summary>Null when none of the events says how the lead stands there.</summary>
    public static PairChange? Of(LeadKey lead, Guid connectionId, IEnumerable<Happening> events)
    {
        var standings = events.Select(happening => Standing.Of(happening.Item)).OfType<Standing>().ToList();
        var failures = standings.Where(standing => standing.Rank == StandingRank.Failed).ToList();
        return standings.Count == 0
            ? null
            : new PairChange(
                lead,
                connectionId,
                standings.MaxBy(standing => standing.Weight)!,
                failures.Count,
                failures.Min(failure => (DateTimeOffset?)failure.At),
                failures.Max(failure => (DateTimeOffset?)failure.At)
            );
    }
}
