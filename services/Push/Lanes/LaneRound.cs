using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Lanes;

/// <summary>
/// One turn of a lane: what was left unknown is looked for, then up to a batch of leads is matched in one call, decided,
/// and written in one call.
/// </summary>
public sealed class LaneRound(
    IntentStore intents,
    LeadSyncStore leads,
    AppliedStore applied,
    Prober prober,
    Writer writer,
    Settler settler,
    Settlements settlements,
    Accesses accesses,
    HoldWatch holds,
    TimeProvider clock,
    PushOptions options
)
{
    // A hold that ends takes up what waited for it at once; this is for one whose end was missed.
    private static readonly TimeSpan HeldWait = TimeSpan.FromMinutes(2);

    /// <exception cref="CrmException">The CRM, or the access to it, failed as a whole.</exception>
    /// <exception cref="LeaseLostException">The lane is another worker's now.</exception>
    public async Task RunAsync(Lease lease, CancellationToken cancellationToken)
    {
        LaneAccess? access = null;
        async Task<LaneAccess> OpenAsync(CallPriority priority)
        {
            access ??= await accesses.OpenAsync(lease, priority, cancellationToken);
            access.Priority = priority;
            return access;
        }

        await intents.AbandonOpenAsync(lease, cancellationToken);
        await prober.ResolveAsync(lease, () => OpenAsync(CallPriority.NewLead), cancellationToken);

        var batch = PersonKeys.OnePerPerson(await leads.TakeDueAsync(lease, options.BatchSize, cancellationToken));
        if (batch.Count == 0)
        {
            await leads.DeferHeldAsync(lease, cancellationToken);
            return;
        }
        using var span = Telemetry.StartLinked("sync leads", batch.Select(lead => lead.Wanted.TraceParent));
        span?.SetTag("leadsync.leads", batch.Count);
        // One that was never written makes the whole batch urgent: the others cost no further call.
        var priority = batch.Exists(lead => lead.Link is null) ? CallPriority.NewLead : CallPriority.Update;
        await SyncAsync(lease, await OpenAsync(priority), batch, cancellationToken);
    }

    private async Task SyncAsync(
        Lease lease,
        LaneAccess access,
        List<WaitingLead> batch,
        CancellationToken cancellationToken
    )
    {
        Found found;
        var began = clock.GetTimestamp();
        try
        {
            await access.PrepareAsync(
                [.. batch.Select(lead => new Cargo(lead.Wanted.Source, "")).Distinct()],
                cancellationToken
            );
            found = await access.Crm.FindAsync(access, SearchFor(access.Crm, batch), cancellationToken);
        }
        catch (CrmException fault)
            when (fault.Failure.Class == FailureClass.Configuration
                && Uses(batch, fault.Failure.Fields) is { Count: > 0 } users
            )
        {
            // A field that the org no longer has stops those who want it written, and nobody else.
            var trouble = Trouble.Of(SyncStage.Match, fault.Failure);
            await settler.SettleAsync(
                lease,
                [.. users.Select(lead => settlements.Parked(lead, trouble))],
                cancellationToken
            );
            if (users.Count < batch.Count)
                await SyncAsync(lease, access, [.. batch.Except(users)], cancellationToken);
            return;
        }
        catch (CrmException fault) when (fault.Failure.Class == FailureClass.Record)
        {
            if (batch.Count == 1)
            {
                var trouble = Trouble.Of(SyncStage.Match, fault.Failure);
                await settler.SettleAsync(lease, [settlements.Parked(batch[0], trouble)], cancellationToken);
                return;
            }
            await SyncAsync(lease, access, batch[..(batch.Count / 2)], cancellationToken);
            await SyncAsync(lease, access, batch[(batch.Count / 2)..], cancellationToken);
            return;
        }

        var decided = await DecideAsync(
            lease,
            batch,
            new FoundRecords(found.Records),
            Settled(found, clock.GetElapsedTime(began)),
            cancellationToken
        );
        var writes = decided
            .Where(pair => pair.Decision is Decision.Write)
            .Select(pair => (pair.Lead, Decision: (Decision.Write)pair.Decision))
            .ToList();
        var held = writes.FindAll(IsHeld);
        if (held.Count > 0)
        {
            // One that was just lifted must not make its leads wait.
            await holds.RunOnceAsync(cancellationToken);
            held = writes.FindAll(IsHeld);
        }
        await settler.SettleAsync(
            lease,
            [
                .. decided.Select(pair => settlements.Of(pair.Lead, pair.Decision)).OfType<Settlement>(),
                .. held.Select(write => new Settlement(write.Lead, RowEnd.Again) { Wait = HeldWait }),
            ],
            cancellationToken
        );
        await writer.WriteAsync(lease, access, [.. writes.Except(held)], cancellationToken);

        bool IsHeld((WaitingLead Lead, Decision.Write Decision) write) =>
            holds.IsHeld(lease.ConnectionId, new Cargo(write.Lead.Wanted.Source, write.Decision.Plan.Object));
    }

    private async Task<List<(WaitingLead Lead, Decision Decision)>> DecideAsync(
        Lease lease,
        List<WaitingLead> batch,
        FoundRecords found,
        DateTimeOffset settled,
        CancellationToken cancellationToken
    )
    {
        var matched = new List<(WaitingLead Lead, Match Match)>(batch.Count);
        var records = new Dictionary<string, KnownRecord>(StringComparer.Ordinal);
        foreach (var lead in batch)
        {
            var match = MatchRules.Find(lead, found);
            // Found to be one person only now: the second waits for what becomes of the first.
            if (
                match is Match.One { Record: var record }
                && !records.TryAdd(record.Id, new KnownRecord(record.Object, record.Id))
            )
                continue;
            matched.Add((lead, match));
        }
        var appliedTo = await applied.ReadAsync(lease, records.Values, cancellationToken);
        return
        [
            .. matched.Select(pair =>
                (
                    pair.Lead,
                    Decisions.Decide(
                        pair.Lead,
                        pair.Match,
                        id => appliedTo.GetValueOrDefault(id, AppliedStore.Nothing),
                        settled
                    )
                )
            ),
        ];
    }

    // The CRM's clock when the reading began, in its whole seconds: the records may have been read at any moment since.
    private static DateTimeOffset Settled(Found found, TimeSpan took)
    {
        var seconds = found.ServerTime.ToUnixTimeSeconds() - (long)Math.Ceiling(took.TotalSeconds);
        return DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    private static List<WaitingLead> Uses(List<WaitingLead> batch, IReadOnlyList<string> fields) =>
        [
            .. batch.Where(lead =>
                lead.Wanted.Sections.SelectMany(FieldRules.Needed)
                    .Any(field => fields.Contains(field, StringComparer.Ordinal))
            ),
        ];

    private static Search SearchFor(ICrm crm, List<WaitingLead> batch)
    {
        var emails = batch.Select(lead => lead.Wanted.Match.Email).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var known = batch
            .SelectMany(lead =>
                lead.Link is null ? lead.Wanted.Match.Records : [lead.Link, .. lead.Wanted.Match.Records]
            )
            .ToLookup(record => record.Object, record => record.RecordId, StringComparer.Ordinal);
        return new Search([
            .. crm.PersonObjects.Select(objectName => new ObjectSearch(
                objectName,
                known[objectName].ToHashSet(StringComparer.Ordinal),
                emails,
                batch
                    .SelectMany(lead => lead.Wanted.Sections)
                    .Where(section => section.Object == objectName)
                    .SelectMany(FieldRules.Needed)
                    .ToHashSet(StringComparer.Ordinal)
            )),
        ]);
    }
}
