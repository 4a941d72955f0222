using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Leads;

/// <summary>What a route does with a lead that is eligible for it.</summary>
public abstract record Choice
{
    private Choice() { }

    public sealed record Map(MappingOutcome Outcome) : Choice;

    public sealed record Wait(DateTimeOffset Until) : Choice;

    /// <summary>The filter does not take it, and never did.</summary>
    public sealed record NeverTaken : Choice;

    /// <summary>The filter took it before and does not now.</summary>
    public sealed record NoLongerTaken : Choice;
}

/// <summary>A lead at a route that it is eligible for.</summary>
/// <param name="Revision">Of the connection's settings.</param>
/// <param name="CreateAs">The object to be created if no record is found.</param>
/// <param name="IsAnew">Whether this is another decision than the last, so that it needs a version of its own.</param>
/// <param name="ReceivedAt">When the last news that counts for the route came in.</param>
public sealed record Candidate(
    Guid ConnectionId,
    long Revision,
    string CreateAs,
    Pair? Before,
    Choice Choice,
    bool IsAnew,
    DateTimeOffset ReceivedAt
);

/// <summary>Pure: for which routes a lead is eligible, and what each does with it.</summary>
public static class RouteChoice
{
    /// <param name="claimed">Connections that the lead is due for; null when it came by a capture.</param>
    /// <param name="isBackfill">Somebody chose it to be synced, so it is eligible from now on.</param>
    public static List<Candidate> Candidates(
        WorkingLead lead,
        SourceSettings? source,
        LeadBatch batch,
        IReadOnlySet<Guid>? claimed,
        DateTimeOffset now,
        bool isBackfill = false
    )
    {
        var candidates = new List<Candidate>();
        foreach (var route in source?.Routes ?? [])
        {
            if (claimed?.Contains(route.ConnectionId) == false)
                continue;
            var settings = batch.Connections.GetValueOrDefault(route.ConnectionId, ConnectionSettings.None);
            var before = lead.PairAt(route.ConnectionId);
            var createAs = route.Terms.CreateAsFor(lead.State);
            DateTimeOffset? mappedSince = settings.MappedSince.TryGetValue(createAs, out var since) ? since : null;
            var received = ReceivedAt(lead, route.Terms);
            if (
                received is null
                || !Eligibility.IsEligible(
                    isBackfill ? now : Later(received, before?.EligibleSince),
                    source!.EnabledAt,
                    route.EnabledAt,
                    mappedSince,
                    wasEligible: before is not null
                )
            )
                continue;
            // A message that comes once more is no occasion to decide anew what was said or refused.
            var isRepeat = !lead.IsNews && claimed is null;
            var choice =
                Choose(lead, route.Terms, received.Value, before, isRepeat, now)
                ?? new Choice.Map(
                    FieldMapper.Map(lead.ToMap().For(route.ConnectionId), route.Mappings ?? settings.Mappings, createAs)
                );
            candidates.Add(
                new Candidate(
                    route.ConnectionId,
                    settings.Revision,
                    createAs,
                    before,
                    choice,
                    IsAnew(before, choice, claimed is not null) || (isBackfill && choice is Choice.Map),
                    received.Value
                )
            );
        }
        return candidates;
    }

    // A pair's is later than the last capture only where a backfill made it eligible.
    private static DateTimeOffset? Later(DateTimeOffset? receivedAt, DateTimeOffset? eligibleSince) =>
        eligibleSince > receivedAt ? eligibleSince : receivedAt;

    // What was imported is no capture, but for routes that say so.
    private static DateTimeOffset? ReceivedAt(WorkingLead lead, RouteTerms terms) =>
        !terms.AlsoImported || lead.State.ImportedAt is not { } imported ? lead.ReceivedAt
        : lead.ReceivedAt > imported ? lead.ReceivedAt
        : imported;

    // Null: it is to be mapped.
    private static Choice? Choose(
        WorkingLead lead,
        RouteTerms terms,
        DateTimeOffset received,
        Pair? before,
        bool isRepeat,
        DateTimeOffset now
    )
    {
        if (isRepeat && before is { FailedBy: null })
            return null;
        if (!terms.Takes(lead.State) || (isRepeat && before?.FailedBy == FailedBy.Filter))
            return before is null ? new Choice.NeverTaken() : new Choice.NoLongerTaken();
        return terms.WaitsUntil(lead.State, received, now) is { } until ? new Choice.Wait(until) : null;
    }

    private static bool IsAnew(Pair? before, Choice choice, bool isDue) =>
        (before, choice) switch
        {
            (_, Choice.NeverTaken) => false,
            (null, _) => true,
            (_, Choice.Wait) => before.FailedBy is not (null or FailedBy.Wait),
            (_, Choice.NoLongerTaken) => before.FailedBy != FailedBy.Filter,
            (_, Choice.Map(MappingOutcome.CannotMap cannot)) => before.FailedBy != FailedBy.Mapping
                || before.FailedCode != cannot.Kind.Code,
            (_, _) when before.FailedBy is null => false,
            (_, _) when before.FailedBy == FailedBy.Push => isDue,
            _ => true,
        };
}
