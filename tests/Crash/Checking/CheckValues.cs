namespace LeadSync.Crash.Checking;

/// <summary>Whether what was written to each record, and what stands there in the end, is what was captured, newest last.</summary>
internal static class CheckValues
{
    public static IEnumerable<Finding> In(Journals journals)
    {
        var captures = journals.Captures.ToLookup(capture => (journals.Orgs[capture.Workspace], capture.Email));
        var effects = journals.Effects.ToLookup(effect => (effect.Org, effect.RecordId));
        var owners = journals
            .Captures.SelectMany(capture => capture.Values.Values.Select(value => (value, capture.Workspace)))
            .GroupBy(pair => pair.value, pair => pair.Workspace, StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                group => group.Select(workspace => journals.Orgs[workspace]).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal
            );
        var excused = journals.Excused();
        foreach (var record in journals.Records)
        {
            var person = captures[(record.Org, record.Email)].OrderBy(capture => capture.OccurredAt).ToList();
            var history = effects[(record.Org, record.RecordId)].ToList();
            var check = new OneRecord(journals.Fields, record, person, history, owners);
            foreach (var finding in check.Written().Concat(check.Guarded()))
                yield return finding;
            // What is wanted of a person stands at their first record; others of theirs are counted as duplicates.
            if (!record.IsDeleted && person.Count > 0 && !person.Exists(capture => excused.Contains(capture.Lead)))
            {
                foreach (var finding in check.Final())
                    yield return finding;
            }
        }
    }

    private sealed class OneRecord(
        Fields fields,
        CrmRecord record,
        List<Capture> person,
        List<Effect> history,
        Dictionary<string, HashSet<string>> owners
    )
    {
        private string Who => $"{record.Org}/{record.Email} {record.RecordId}";

        /// <summary>Every value of ours was captured for this person, and none after a newer one.</summary>
        public IEnumerable<Finding> Written()
        {
            var newest = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
            foreach (var effect in history.Where(effect => effect.ByUs && effect.Kind != EffectKind.Deleted))
            {
                foreach (var (field, _, after) in effect.Fields)
                {
                    if (after is null || !IsMapped(field) || fields.Constants.GetValueOrDefault(field) == after)
                        continue;
                    var captured = person.LastOrDefault(capture => capture.Values.GetValueOrDefault(field) == after);
                    if (captured is null)
                    {
                        yield return Foreign(field, after);
                        continue;
                    }
                    if (captured.OccurredAt < newest.GetValueOrDefault(field))
                        yield return new Finding(
                            Counter.Retroactive,
                            Who,
                            $"{field} = {after} written after a newer value"
                        );
                    newest[field] =
                        captured.OccurredAt > newest.GetValueOrDefault(field) ? captured.OccurredAt : newest[field];
                }
            }
        }

        public IEnumerable<Finding> Guarded() =>
            from effect in history
            where effect.ByUs && effect.Kind == EffectKind.Updated
            from change in effect.Fields
            where
                fields.OnlyWhenEmpty.Contains(change.Field, StringComparer.Ordinal)
                && !string.IsNullOrEmpty(change.Before)
            select new Finding(
                Counter.GuardedOverwritten,
                Who,
                $"{change.Field} held {change.Before} and was made {change.After}"
            );

        /// <summary>The newest acknowledged value stands, or what a person made of it afterwards.</summary>
        public IEnumerable<Finding> Final()
        {
            foreach (var field in fields.Overwritten)
            {
                var promised = person.FindLastIndex(capture =>
                    capture.AcknowledgedAt is not null && capture.Values.ContainsKey(field)
                );
                if (promised < 0)
                    continue;
                var stands = record.Values.GetValueOrDefault(field);
                var wanted = person[promised].Values[field];
                // A newer one of which the producer never heard may stand as well.
                if (person.Skip(promised).Any(capture => capture.Values.GetValueOrDefault(field) == stands))
                    continue;
                var writtenAt = LastIndex(field, wanted, byUs: true);
                if (writtenAt >= 0 && LastIndex(field, stands, byUs: false) > writtenAt)
                    continue;
                yield return new Finding(Counter.Stale, Who, $"{field} is {stands ?? "empty"}, not {wanted}");
            }
            foreach (var field in fields.OnlyWhenEmpty.Except(fields.Constants.Keys, StringComparer.Ordinal))
            {
                var promised = person.Find(capture =>
                    capture.AcknowledgedAt is not null && capture.Values.ContainsKey(field)
                );
                if (promised is not null && record.Values.GetValueOrDefault(field) is null)
                    yield return new Finding(Counter.Stale, Who, $"{field} is empty, not {promised.Values[field]}");
            }
        }

        private int LastIndex(string field, string? value, bool byUs) =>
            history.FindLastIndex(effect =>
                effect.ByUs == byUs && effect.Fields.Any(change => change.Field == field && change.After == value)
            );

        private Finding Foreign(string field, string value) =>
            owners.TryGetValue(value, out var orgs) && !orgs.Contains(record.Org)
                ? new Finding(Counter.CrossWorkspace, Who, $"{field} = {value} belongs to {string.Join(", ", orgs)}")
                : new Finding(Counter.Unexpected, Who, $"{field} = {value} was not captured for this person");

        private bool IsMapped(string field) =>
            fields.Overwritten.Contains(field, StringComparer.Ordinal)
            || fields.OnlyWhenEmpty.Contains(field, StringComparer.Ordinal)
            || fields.Constants.ContainsKey(field);
    }
}
