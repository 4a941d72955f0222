using LeadSync.Contracts;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Leads;

/// <summary>A pair's new row, and whether it is to be decided again later.</summary>
/// <param name="Pair">Null: as it was.</param>
/// <param name="CannotMap">Null when it was mapped, or was not to be.</param>
/// <param name="WaitsUntil">When its route has it wait: until when.</param>
public sealed record PairDecision(
    long LeadId,
    Guid ConnectionId,
    Pair? Pair,
    long Version,
    MappingOutcome.CannotMap? CannotMap,
    long Revision,
    DateTimeOffset? WaitsUntil = null
)
{
    /// <summary>It could not be mapped before, so that there may be values in the picklist report.</summary>
    public bool WasStopped { get; init; }
}

/// <summary>What is decided for one lead, and what is to be said.</summary>
public sealed record LeadDecision(
    IReadOnlyList<PairDecision> Pairs,
    IReadOnlyList<MappedLead> Mapped,
    IReadOnlyList<FailedSync> Failed
);

/// <summary>
/// Pure: from a lead and the settings to its wanted state at each connection. News and a deliberate re-map give the lead a
/// later version; anything else says again what was said, under the same version and event ids.
/// </summary>
public static class LeadDecider
{
    /// <summary>Why a pair that waits for its route does.</summary>
    public const string WaitsForRoute = "WAITS_FOR_ROUTE";

    /// <param name="claimed">Connections that the lead is due for; null when it came by a capture.</param>
    /// <param name="isBackfill">Somebody chose it to be synced there, so it is eligible from now on.</param>
    public static LeadDecision Decide(
        WorkingLead lead,
        LeadBatch batch,
        IReadOnlySet<Guid>? claimed,
        DateTimeOffset now,
        bool isBackfill = false
    )
    {
        var source = batch.Sources.GetValueOrDefault((lead.Key.Workspace, lead.Key.Source));
        if (lead.State.IsWithdrawn)
            return Withdrawn(lead, source, now);

        var candidates = RouteChoice.Candidates(lead, source, batch, claimed, now, isBackfill);
        // One version for the lead, shared by all its connections: a re-map at one leaves the others at theirs.
        if (lead.IsNews || candidates.Exists(candidate => candidate.IsAnew))
            lead.Grow(now);

        var pairs = new List<PairDecision>();
        var mapped = new List<MappedLead>();
        var failed = new List<FailedSync>();
        foreach (var candidate in candidates)
        {
            if (candidate.Choice is Choice.NeverTaken)
                continue;
            var version = VersionOf(lead, candidate);
            var after = After(candidate, version, isBackfill ? now : null);
            pairs.Add(
                new PairDecision(
                    lead.Id,
                    candidate.ConnectionId,
                    after == candidate.Before ? null : after,
                    version,
                    (candidate.Choice as Choice.Map)?.Outcome as MappingOutcome.CannotMap,
                    candidate.Revision,
                    (candidate.Choice as Choice.Wait)?.Until
                )
                {
                    WasStopped = candidate.Before?.FailedBy == FailedBy.Mapping,
                }
            );
            lead.Pairs[candidate.ConnectionId] = after;
            switch (candidate.Choice)
            {
                case Choice.Map(MappingOutcome.Mapped wanted):
                    mapped.Add(
                        MappingEvents.Mapped(
                            lead,
                            candidate.ConnectionId,
                            candidate.CreateAs,
                            version,
                            wanted,
                            claimed is null ? null : Mended(candidate.Before)
                        )
                    );
                    break;
                case Choice.Map(MappingOutcome.CannotMap cannot):
                    failed.Add(MappingEvents.CannotMap(lead, candidate.ConnectionId, version, cannot));
                    break;
                // Once; and again when the message that said it comes again.
                case Choice.NoLongerTaken when candidate.IsAnew || !lead.IsNews:
                    mapped.Add(
                        MappingEvents.Withdrawn(
                            lead,
                            candidate.ConnectionId,
                            candidate.CreateAs,
                            version,
                            FailureCatalogue.FilteredOut.Code
                        )
                    );
                    break;
            }
        }

        var goesNowhere = candidates.TrueForAll(candidate => candidate.Choice is not (Choice.Map or Choice.Wait));
        if (claimed is null && goesNowhere && lead.Pairs.Values.All(pair => pair.Version != lead.Version))
            failed.Add(
                candidates.Exists(candidate => candidate.Choice is Choice.NeverTaken or Choice.NoLongerTaken)
                    ? MappingEvents.FilteredOut(lead)
                    : MappingEvents.NoRoute(lead)
            );
        pairs.AddRange(NoMoreDue(lead, batch, claimed, pairs));
        return new LeadDecision(pairs, mapped, failed);
    }

    private static string? Mended(Pair? before) =>
        before is { FailedBy: FailedBy.Mapping or FailedBy.Push } ? before.FailedCode : null;

    private static long VersionOf(WorkingLead lead, Candidate candidate) =>
        candidate switch
        {
            // What was said once stays at the version that it was said under.
            { Choice: Choice.NoLongerTaken, Before.FailedBy: FailedBy.Filter } => candidate.Before.Version,
            { IsAnew: true } or { Before: null } => lead.Version,
            _ => lead.IsNews ? lead.Version : candidate.Before.Version,
        };

    private static Pair After(Candidate candidate, long version, DateTimeOffset? backfilledAt)
    {
        var before = candidate.Before;
        var (code, by) = candidate.Choice switch
        {
            Choice.Map(MappingOutcome.CannotMap cannot) => (cannot.Kind.Code, (FailedBy?)FailedBy.Mapping),
            Choice.Wait => (WaitsForRoute, FailedBy.Wait),
            Choice.NoLongerTaken => (FailureCatalogue.FilteredOut.Code, FailedBy.Filter),
            _ => version == before?.Version ? (before.FailedCode, before.FailedBy) : (null, null),
        };
        return new Pair(
            backfilledAt ?? before?.EligibleSince ?? candidate.ReceivedAt,
            version,
            candidate.Revision,
            code,
            by
        );
    }

    // Due, but source or route was switched off: nothing retroactive, and nothing to wait for.
    private static IEnumerable<PairDecision> NoMoreDue(
        WorkingLead lead,
        LeadBatch batch,
        IReadOnlySet<Guid>? claimed,
        List<PairDecision> decided
    ) =>
        from id in claimed ?? NoConnections
        where decided.TrueForAll(pair => pair.ConnectionId != id)
        let before = lead.PairAt(id)
        where before is not null
        let revision = batch.Connections.GetValueOrDefault(id, ConnectionSettings.None).Revision
        select new PairDecision(
            lead.Id,
            id,
            before with
            {
                Revision = revision,
                FailedCode = before.FailedBy == FailedBy.Push ? before.FailedCode : null,
                FailedBy = before.FailedBy == FailedBy.Push ? FailedBy.Push : null,
            },
            before.Version,
            CannotMap: null,
            revision
        )
        {
            WasStopped = before.FailedBy == FailedBy.Mapping,
        };

    private static readonly HashSet<Guid> NoConnections = [];

    private static LeadDecision Withdrawn(WorkingLead lead, SourceSettings? source, DateTimeOffset now)
    {
        if (lead.IsNews)
            lead.Grow(now);
        var pairs = new List<PairDecision>();
        var mapped = new List<MappedLead>();
        foreach (var (connectionId, before) in lead.Pairs.OrderBy(pair => pair.Key).ToList())
        {
            var version = lead.IsNews ? lead.Version : before.Version;
            var after = before with { Version = version, FailedCode = null, FailedBy = null };
            pairs.Add(
                new PairDecision(
                    lead.Id,
                    connectionId,
                    after == before ? null : after,
                    version,
                    CannotMap: null,
                    before.Revision
                )
                {
                    WasStopped = before.FailedBy == FailedBy.Mapping,
                }
            );
            var terms = source?.Routes.FirstOrDefault(route => route.ConnectionId == connectionId)?.Terms;
            mapped.Add(MappingEvents.Withdrawn(lead, connectionId, terms?.CreateAs ?? "", version));
        }
        return new LeadDecision(pairs, mapped, []);
    }
}
