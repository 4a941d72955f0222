namespace LeadSync.Crash.Checking;

/// <summary>Whether what Audit tells of writes, and what the CRM's own journal says, agree one to one.</summary>
internal static class CheckAudit
{
    public static IEnumerable<Finding> In(Journals journals)
    {
        var ours = journals
            .Effects.Where(effect => effect.ByUs)
            .ToLookup(effect => effect.RecordId, StringComparer.Ordinal);
        var told = journals
            .Told.DistinctBy(one => (one.Workspace, one.EventId))
            .ToLookup(one => one.RecordId, StringComparer.Ordinal);
        return told.SelectMany(record => Phantoms(record, ours[record.Key].ToList()))
            .Concat(ours.SelectMany(record => Missing(journals, record.Key, [.. record], told[record.Key].ToList())));
    }

    private static IEnumerable<Finding> Phantoms(IGrouping<string, Told> told, List<Effect> effects)
    {
        var creations = told.Count(one => one.Outcome == "created");
        var created = effects.Count(effect => effect.Kind == EffectKind.Created);
        if (creations > created)
            yield return new Finding(
                Counter.PhantomAudit,
                told.Key,
                $"told as created {creations} times, created {created} times"
            );
        foreach (var one in told.Where(one => one.Outcome is "created" or "updated"))
        {
            foreach (var (field, value) in one.Written)
            {
                if (
                    !effects.Exists(effect =>
                        effect.Fields.Any(change => change.Field == field && change.After == value)
                    )
                )
                    yield return new Finding(
                        Counter.PhantomAudit,
                        $"{one.Workspace}/{one.Source}/{one.LeadId}",
                        $"{field} = {value} is told as written to {told.Key}"
                    );
            }
        }
    }

    private static IEnumerable<Finding> Missing(Journals journals, string recordId, List<Effect> ours, List<Told> told)
    {
        if (ours.Exists(effect => effect.Kind == EffectKind.Created) && !told.Exists(one => one.Outcome == "created"))
            yield return new Finding(Counter.MissingAudit, recordId, "nobody is told that it was created");
        foreach (var effect in ours.Where(effect => effect.Kind == EffectKind.Updated))
        {
            var untold = effect
                .Fields.Where(change => !told.Exists(one => Tells(one, change)))
                .Select(change => change.Field)
                .ToList();
            if (untold.Count > 0 && !IsReplaced(journals, effect))
                yield return new Finding(
                    Counter.MissingAudit,
                    recordId,
                    $"nobody is told that {string.Join(", ", untold)} was written"
                );
        }
    }

    private static bool Tells(Told one, FieldEffect change) =>
        one.Written.TryGetValue(change.Field, out var value) && value == change.After;

    // An update whose answer is lost, and all of whose fields a person replaces before it is looked for, cannot be told from
    // one that never happened: it is decided anew.
    private static bool IsReplaced(Journals journals, Effect lost)
    {
        var after = journals
            .Effects.SkipWhile(effect => !ReferenceEquals(effect, lost))
            .Where(effect => !effect.ByUs && effect.RecordId == lost.RecordId)
            .SelectMany(effect => effect.Fields.Select(change => change.Field))
            .ToHashSet(StringComparer.Ordinal);
        return lost.Fields.All(change => after.Contains(change.Field));
    }
}
