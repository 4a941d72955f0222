namespace LeadSync.Crash.Checking;

/// <summary>Whether each person whom somebody was promised to find in the CRM is there, once.</summary>
internal static class CheckPeople
{
    public static IEnumerable<Finding> In(Journals journals)
    {
        var captures = journals.Captures.ToLookup(capture => (journals.Orgs[capture.Workspace], capture.Email));
        var records = journals.Records.ToLookup(record => (record.Org, record.Email));
        var created = journals
            .Effects.Where(effect => effect.Kind == EffectKind.Created)
            .ToDictionary(effect => effect.RecordId, StringComparer.Ordinal);
        var excused = journals.Excused();
        foreach (var person in captures)
        {
            var who = $"{person.Key.Item1}/{person.Key.Email}";
            var theirs = records[person.Key].ToList();
            if (!theirs.Exists(record => !record.IsDeleted) && Missed(excused, person) is { } lead)
                yield return new Finding(Counter.Lost, who, $"lead {lead} was acknowledged, and there is no record");
            var ours = theirs.Where(record => created.TryGetValue(record.RecordId, out var by) && by.ByUs).ToList();
            var byHand = theirs.Count - ours.Count;
            // Who was there already is to be found, not created.
            if (ours.Count > 1 || (ours.Count == 1 && byHand > 0))
                yield return new Finding(
                    Counter.Duplicate,
                    who,
                    $"{string.Join(", ", ours.Select(record => record.RecordId))} created, {byHand} there by hand"
                );
        }
    }

    // A lead of theirs that was acknowledged, and that no cause keeps out of the CRM.
    private static string? Missed(IReadOnlySet<(string, string, string)> excused, IEnumerable<Capture> person) =>
        person
            .Where(capture => capture.AcknowledgedAt is not null)
            .Where(capture => !excused.Contains(capture.Lead))
            .Select(capture => $"{capture.Source}/{capture.LeadId}")
            .FirstOrDefault();
}
