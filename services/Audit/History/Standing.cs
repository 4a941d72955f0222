using LeadSync.Contracts;

namespace LeadSync.Audit.History;

/// <summary>
/// What one event says of how a lead stands at a connection. Of all that is said the greatest holds: the highest version;
/// within it the highest <see cref="StandingRank"/>; then the latest. So the order in which events arrive, and how often,
/// changes nothing.
/// </summary>
public sealed record Standing(
    long Version,
    StandingRank Rank,
    DateTimeOffset At,
    Guid EventId,
    string State,
    string? Code = null
)
{
    /// <summary>
    /// What standings are compared by, here and in the database alike: a Guid's parts compare from the left and without sign, as
    /// PostgreSQL's uuid does.
    /// </summary>
    public (long, StandingRank, DateTimeOffset, Guid) Weight => (Version, Rank, At, EventId);

    /// <summary>Null for an event that says nothing of it.</summary>
    public static Standing? Of(IEventItem item) =>
        item switch
        {
            // Nothing more is asked of the CRM, so nothing is waited for.
            MappedLead { Withdrawn: true } lead => Make(
                lead,
                StandingRank.Skipped,
                "skipped",
                lead.Reason ?? "WITHDRAWN"
            ),
            MappedLead lead => Make(lead, StandingRank.Mapped, "waiting"),
            MatchedRecord { Decision: SyncDecision.Skip } match => Make(
                match,
                StandingRank.Skipped,
                "skipped",
                match.Reason
            ),
            // Its other record is still to be written, and how the lead stands is told with that.
            WrittenRecord { Partly: true } => null,
            WrittenRecord { Outcome: WriteOutcome.Created } write => Make(write, StandingRank.Created, "created"),
            WrittenRecord { Outcome: WriteOutcome.Updated } write => Make(write, StandingRank.Updated, "updated"),
            WrittenRecord { Outcome: WriteOutcome.Unchanged } write => Make(write, StandingRank.Unchanged, "unchanged"),
            // What was written stands as written, whatever of it wants a look, and whichever of the two is told first.
            FailedSync failure when IsWarning(failure.Code) => null,
            FailedSync { ConnectionId: not null, Version: { } version } failure => failure.Transient
                ? new(version, StandingRank.Delayed, InstantOf(item), item.EventId, "waiting", failure.Code)
                : new(version, StandingRank.Failed, InstantOf(item), item.EventId, "failed", failure.Code),
            _ => null,
        };

    /// <summary>An event's instant as the database keeps it: to the microsecond.</summary>
    public static DateTimeOffset InstantOf(IEventItem item) =>
        item.OccurredAt.AddTicks(-(item.OccurredAt.Ticks % TimeSpan.TicksPerMicrosecond)).ToUniversalTime();

    private static bool IsWarning(string code) => FailureCatalogue.All.GetValueOrDefault(code) is { IsWarning: true };

    private static Standing Make<TItem>(TItem item, StandingRank rank, string state, string? code = null)
        where TItem : IEventItem, ILeadAtConnection =>
        new(item.Version, rank, InstantOf(item), item.EventId, state, code);
}

/// <summary>What weighs more when several things are said of one version, lightest first.</summary>
public enum StandingRank : short
{
    Mapped,

    /// <summary>A failure that passes by itself: still waiting, and known why.</summary>
    Delayed,

    Failed,
    Skipped,

    // What a version did to the CRM stays its outcome, also when it is run again and finds nothing left to do; and a write
    // proves that a failure of the same version was mended.
    Unchanged,
    Updated,
    Created,
}
