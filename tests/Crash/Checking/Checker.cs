namespace LeadSync.Crash.Checking;

/// <summary>Finds what the journals of a trial say that must never be so. Pure: journals in, findings out.</summary>
public static class Checker
{
    public static IReadOnlyList<Finding> Check(Journals journals) =>
        [
            .. CheckPeople.In(journals),
            .. CheckValues.In(journals),
            .. CheckAudit.In(journals),
            .. OverBudget(journals),
            .. CallsAfterHold(journals),
            .. Deleted(journals),
            .. Stuck(journals),
            .. Forgotten(journals),
        ];

    private static IEnumerable<Finding> OverBudget(Journals journals) =>
        journals
            .Calls.CountBy(call => call.Org)
            .Where(org => journals.Budgets.TryGetValue(org.Key, out var ours) && org.Value > ours)
            .Select(org => new Finding(
                Counter.OverBudget,
                org.Key,
                $"{org.Value} calls where {journals.Budgets[org.Key]} are ours"
            ));

    private static IEnumerable<Finding> CallsAfterHold(Journals journals) =>
        from hold in journals.Holds
        from call in journals.Calls
        where call.OfLeads && call.Org == hold.Org && call.StartedAt > hold.From && call.StartedAt < hold.To
        select new Finding(
            Counter.CallAfterHold,
            hold.Org,
            $"a call started {(call.StartedAt - hold.From)?.TotalSeconds:0.000} s after the hold was confirmed"
        );

    private static IEnumerable<Finding> Deleted(Journals journals) =>
        journals
            .Effects.Where(effect => effect.ByUs && effect.Kind == EffectKind.Deleted)
            .Select(effect => new Finding(Counter.Deleted, effect.RecordId, "deleted over the API"));

    private static IEnumerable<Finding> Stuck(Journals journals) =>
        journals
            .Rows.Where(row => row is { IsPending: true, ParkedCode: null })
            .Select(row => new Finding(
                Counter.Stuck,
                $"{row.Workspace}/{row.Source}/{row.LeadId}",
                "still waits in its lane"
            ));

    // A lane that forgets how far a lead was would let an old message bring an old value back.
    private static IEnumerable<Finding> Forgotten(Journals journals)
    {
        var rows = journals.Rows.ToDictionary(row => (row.Workspace, row.Source, row.LeadId), row => row.Version);
        return from lead in journals.Mapped.GroupBy(one => (one.Workspace, one.Source, one.LeadId))
            let newest = lead.Max(one => one.Version)
            let known = rows.GetValueOrDefault(lead.Key)
            where known < newest
            select new Finding(
                Counter.Stale,
                $"{lead.Key.Workspace}/{lead.Key.Source}/{lead.Key.LeadId}",
                known == 0 ? "its row in the lane is gone" : $"its lane has version {known}, the newest is {newest}"
            );
    }
}
