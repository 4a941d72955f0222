using LeadSync.Contracts;

namespace LeadSync.Mapping.Leads;

/// <summary>What was decided for the leads of a batch.</summary>
/// <param name="Waiting">Pairs to be decided again, with how often that was tried and when it is next.</param>
/// <param name="Done">Pairs that are due no more.</param>
public sealed record LeadDecisions(
    IReadOnlyList<PairDecision> Pairs,
    IReadOnlyList<(string Workspace, MappedLead Item)> Mapped,
    IReadOnlyList<(string Workspace, FailedSync Item)> Failed,
    IReadOnlyList<DuePair> Waiting,
    IReadOnlyList<(long Lead, Guid ConnectionId)> Done
)
{
    public ToTell ToTell() => new(Mapped, Failed);

    /// <summary>Decides every lead of which something is known.</summary>
    /// <param name="claimed">A lead's connections that it is to be decided for, with how often that was tried; null: by all its routes.</param>
    /// <param name="isBackfill">Somebody chose them to be synced there, so they are eligible from now on.</param>
    public static LeadDecisions Decide(
        IReadOnlyCollection<WorkingLead> leads,
        LeadBatch batch,
        Func<WorkingLead, IReadOnlyDictionary<Guid, int>?> claimed,
        DateTimeOffset now,
        bool isBackfill = false
    )
    {
        var pairs = new List<PairDecision>();
        var mapped = new List<(string, MappedLead)>();
        var failed = new List<(string, FailedSync)>();
        var waiting = new List<DuePair>();
        var done = new List<(long, Guid)>();
        foreach (var lead in leads.Where(lead => !lead.IsBlank))
        {
            var attempts = claimed(lead);
            var decision = LeadDecider.Decide(lead, batch, attempts?.Keys.ToHashSet(), now, isBackfill);
            pairs.AddRange(decision.Pairs);
            mapped.AddRange(decision.Mapped.Select(item => (lead.Key.Workspace, item)));
            failed.AddRange(decision.Failed.Select(item => (lead.Key.Workspace, item)));
            foreach (var pair in decision.Pairs)
            {
                if (Due(pair, attempts?.GetValueOrDefault(pair.ConnectionId) ?? 0, now) is { } again)
                {
                    // A repeat of what is known leaves the row, and when it is due, as it is.
                    if (attempts is not null || pair.Pair is not null)
                        waiting.Add(again);
                }
                // What was claimed ends when it has been published.
                else if (attempts is null && pair.Pair is not null)
                    done.Add((pair.LeadId, pair.ConnectionId));
            }
        }
        return new LeadDecisions(pairs, mapped, failed, waiting, done);
    }

    // Null when it need not be decided again.
    private static DuePair? Due(PairDecision pair, int attempt, DateTimeOffset now) =>
        pair switch
        {
            { CannotMap.Kind: { } kind } => new DuePair(
                pair.LeadId,
                pair.ConnectionId,
                kind.Code,
                attempt,
                now + DueSchedule.After(attempt, kind),
                pair.Revision
            ),
            { WaitsUntil: { } until } => new DuePair(
                pair.LeadId,
                pair.ConnectionId,
                LeadDecider.WaitsForRoute,
                attempt,
                until,
                pair.Revision
            ),
            _ => null,
        };
}
