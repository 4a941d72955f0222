using LeadSync.Crm;
using LeadSync.Push.Access;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;

namespace LeadSync.Push.Writing;

/// <summary>
/// Resolves intents whose answer was lost: looks by key whether the CRM holds what was sent. Until it is found, or until the
/// CRM can no longer commit it, nothing else is matched or written for the same keys.
/// </summary>
public sealed class Prober(IntentStore intents, Settler settler, Settlements settlements, TimeProvider clock)
{
    /// <summary>Ends what was answered late and what can be found; says when to look again for the rest.</summary>
    /// <param name="open">Opens access to the CRM; called only when there is something to look for.</param>
    public async Task ResolveAsync(Lease lease, Func<Task<LaneAccess>> open, CancellationToken cancellationToken)
    {
        var due = await intents.ReadDueAsync(lease, cancellationToken);
        var answered = due.Where(intent => intent.Result is not null)
            .Select(intent => settlements.Of(intent, intent.Result!));
        await settler.SettleAsync(lease, [.. answered], cancellationToken);

        var unknown = due.Where(intent => intent.Result is null).ToList();
        if (unknown.Count == 0)
            return;
        var access = await open();
        await access.PrepareAsync([], cancellationToken);
        // Taken before the look: what was certain then, the look has seen.
        var now = clock.GetUtcNow();
        var found = await access.Crm.FindAsync(access, SearchFor(unknown), cancellationToken);
        var records = new FoundRecords(found.Records);

        var ended = new List<Settlement>();
        var waiting = new List<(Guid, int, TimeSpan)>();
        foreach (var intent in unknown)
        {
            if (Find(intent, records, access.UserId) is { } record)
                ended.Add(settlements.Of(intent, new WriteResult(WriteStatus.Written, record.Id)));
            else if (now >= intent.CertainAt)
                ended.Add(Settlements.NeverHappened(intent));
            else
                waiting.Add(
                    (
                        intent.IntentId,
                        intent.Probes + 1,
                        RetrySchedule.ForProbe(intent.Probes + 1, intent.CertainAt - now)
                    )
                );
        }
        await settler.SettleAsync(lease, ended, cancellationToken);
        if (waiting.Count > 0)
            await intents.MakeUnknownAsync(lease, waiting, [], cancellationToken);
    }

    private static Search SearchFor(IEnumerable<Intent> unknown) =>
        new([
            .. unknown
                .GroupBy(intent => intent.Plan.Object, StringComparer.Ordinal)
                .Select(group => new ObjectSearch(
                    group.Key,
                    [.. group.Select(intent => intent.Plan.RecordId).OfType<string>()],
                    [
                        .. group
                            .Where(intent => intent.Plan.RecordId is null)
                            .Select(intent => intent.Lead.Wanted.Match.Email)
                            .OfType<string>(),
                    ],
                    [.. group.SelectMany(intent => intent.Plan.Values.Keys).Distinct(StringComparer.Ordinal)]
                )),
        ]);

    // A create was decided because nobody had the address, and its keys are held since: a record of ours that has it now is
    // that create. A rep's would be someone else's doing, and is matched once ours is certain not to come.
    private static CrmRecord? Find(Intent intent, FoundRecords records, string? self)
    {
        if (intent.Plan.RecordId is null)
        {
            return records
                .ByEmail(intent.Lead.Wanted.Match.Email)
                .FirstOrDefault(record =>
                    record.Object == intent.Plan.Object && self is not null && RecordId.Same(record.CreatedById, self)
                );
        }
        return
            records.ById(intent.Plan.RecordId) is { } held
            && intent.Plan.Values.All(sent =>
                FieldValue.Same(sent.Value, held.Fields.GetValueOrDefault(sent.Key, FieldValue.Null))
            )
            ? held
            : null;
    }
}
