using LeadSync.Contracts;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Leads;

/// <summary>A pair's new row, what to say of it, and whether it is to be decided again later.</summary>
/// <param name="Pair">Null: as it was.</param>
/// <param name="CannotMap">Null when it was mapped.</param>
public sealed record PairDecision(
    long LeadId,
    Guid ConnectionId,
    Pair? Pair,
    long Version,
    MappingOutcome.CannotMap? CannotMap,
    long Revision
);

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
    /// <param name="claimed">Connections that the lead is due for; null when it came by a capture.</param>
    public static LeadDecision Decide(
        WorkingLead lead,
        LeadBatch batch,
        IReadOnlySet<Guid>? claimed,
        DateTimeOffset now
    )
    {
        var source = batch.Sources.GetValueOrDefault((lead.Key.Workspace, lead.Key.Source));
        if (lead.State.IsWithdrawn)
            return Withdrawn(lead, source, now);

        var due = Candidates(lead, source, batch, claimed);
        // One version for the lead, shared by all its connections: a re-map at one leaves the others at theirs.
        if (lead.IsNews || due.Exists(candidate => candidate.IsAnew))
            lead.Grow(now);

        var pairs = new List<PairDecision>();
        var mapped = new List<MappedLead>();
        var failed = new List<FailedSync>();
        foreach (var (route, settings, before, outcome, isAnew) in due)
        {
            var version = lead.IsNews || isAnew ? lead.Version : before!.Version;
            var cannot = outcome as MappingOutcome.CannotMap;
            var after = new Pair(
                before?.EligibleSince ?? lead.ReceivedAt!.Value,
                version,
                settings.Revision,
                cannot?.Kind.Code ?? (version == before?.Version ? before.FailedCode : null),
                cannot is not null ? FailedBy.Mapping
                    : version == before?.Version ? before.FailedBy
                    : null
            );
            pairs.Add(
                new PairDecision(
                    lead.Id,
                    route.ConnectionId,
                    after == before ? null : after,
                    version,
                    cannot,
                    settings.Revision
                )
            );
            lead.Pairs[route.ConnectionId] = after;
            if (cannot is null)
                mapped.Add(MappingEvents.Mapped(lead, route, version, (MappingOutcome.Mapped)outcome));
            else
                failed.Add(MappingEvents.CannotMap(lead, route.ConnectionId, version, cannot));
        }

        if (claimed is null && due.Count == 0 && lead.Pairs.Values.All(pair => pair.Version != lead.Version))
            failed.Add(MappingEvents.NoRoute(lead));
        // Due, but its route was switched off: nothing retroactive, and nothing to wait for.
        foreach (
            var connectionId in (claimed ?? NoConnections).Where(id =>
                pairs.TrueForAll(pair => pair.ConnectionId != id)
            )
        )
        {
            if (lead.PairAt(connectionId) is not { } before)
                continue;
            var revision = batch.Connections.GetValueOrDefault(connectionId, ConnectionSettings.None).Revision;
            pairs.Add(
                new PairDecision(
                    lead.Id,
                    connectionId,
                    before with
                    {
                        Revision = revision,
                    },
                    before.Version,
                    CannotMap: null,
                    revision
                )
            );
        }
        return new LeadDecision(pairs, mapped, failed);
    }

    private static readonly HashSet<Guid> NoConnections = [];

    private sealed record Candidate(
        RouteTo Route,
        ConnectionSettings Settings,
        Pair? Before,
        MappingOutcome Outcome,
        bool IsAnew
    );

    private static List<Candidate> Candidates(
        WorkingLead lead,
        SourceSettings? source,
        LeadBatch batch,
        IReadOnlySet<Guid>? claimed
    )
    {
        var candidates = new List<Candidate>();
        foreach (var route in source?.Routes ?? [])
        {
            if (claimed?.Contains(route.ConnectionId) == false)
                continue;
            var settings = batch.Connections.GetValueOrDefault(route.ConnectionId, ConnectionSettings.None);
            var before = lead.PairAt(route.ConnectionId);
            DateTimeOffset? mappedSince = settings.MappedSince.TryGetValue(route.CreateAs, out var since)
                ? since
                : null;
            if (
                !Eligibility.IsEligible(
                    lead.ReceivedAt,
                    source!.EnabledAt,
                    route.EnabledAt,
                    mappedSince,
                    wasEligible: before is not null
                )
            )
                continue;
            var outcome = FieldMapper.Map(lead.ToMap(), settings.Mappings, route.CreateAs);
            candidates.Add(
                new Candidate(route, settings, before, outcome, IsAnew(before, outcome, claimed is not null))
            );
        }
        return candidates;
    }

    // Whether this is another decision than the last: then it needs a version of its own.
    private static bool IsAnew(Pair? before, MappingOutcome outcome, bool isDue) =>
        before switch
        {
            null => true,
            _ when outcome is MappingOutcome.CannotMap cannot => before.FailedBy != FailedBy.Mapping
                || before.FailedCode != cannot.Kind.Code,
            { FailedBy: null } => false,
            { FailedBy: FailedBy.Mapping } => true,
            _ => isDue,
        };

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
            );
            var route =
                source?.Routes.FirstOrDefault(route => route.ConnectionId == connectionId)
                ?? new RouteTo(connectionId, null, "");
            mapped.Add(MappingEvents.Withdrawn(lead, route, version));
        }
        return new LeadDecision(pairs, mapped, []);
    }
}
