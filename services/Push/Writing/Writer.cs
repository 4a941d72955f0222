using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;

namespace LeadSync.Push.Writing;

/// <summary>
/// Carries decided writes out: the intents are committed, one call carries them all, its results end them. A batch that is
/// refused as a whole is halved until the record that spoils it stands alone.
/// </summary>
public sealed class Writer(
    IntentStore intents,
    LateFacts lateFacts,
    Settler settler,
    Settlements settlements,
    AssignedOwners assigned,
    TimeProvider clock,
    PushOptions options
)
{
    // As many as Salesforce takes in one composite call, where an org is trusted with conditions in it.
    private const int GuardedAtOnce = 25;

    public async Task WriteAsync(
        Lease lease,
        LaneAccess access,
        IReadOnlyList<(WaitingLead Lead, Decision.Write Decision)> writes,
        CancellationToken cancellationToken
    )
    {
        var isGuarded = writes.ToLookup(write => write.Decision.Plan.UnmodifiedSince is not null);
        await CommitAndSendAsync(lease, access, [.. isGuarded[false]], cancellationToken);
        var began = clock.GetTimestamp();
        // A guarded update may cost a call of its own: few are begun at a time, each soon after it was written down.
        for (var rest = isGuarded[true].ToList(); rest.Count > 0; )
        {
            if (clock.GetElapsedTime(began) >= options.RoundWithin)
                return;
            var few = rest.Take(GuardedAtOnce).ToList();
            var calls = access.Crm.CallsFor([.. few.Select(write => write.Decision.Plan.ToWrite())]);
            var granted = await access.ReserveAsync(calls, cancellationToken);
            if (granted < calls)
                few = [.. few.Take(granted)];
            await CommitAndSendAsync(lease, access, few, cancellationToken);
            rest = rest[few.Count..];
        }
    }

    private async Task CommitAndSendAsync(
        Lease lease,
        LaneAccess access,
        IReadOnlyList<(WaitingLead Lead, Decision.Write Decision)> writes,
        CancellationToken cancellationToken
    )
    {
        if (writes.Count == 0)
            return;
        var now = clock.GetUtcNow();
        var made = writes.Select(write => Intend(write.Lead, write.Decision, now)).ToList();
        var matched = writes.Select(write =>
            Tell.Matched(
                write.Lead,
                write.Decision.Match,
                write.Decision.Plan.RecordId is null ? SyncDecision.Create : SyncDecision.Update,
                now
            )
        );
        await intents.CommitAsync(lease, made, [.. matched], cancellationToken);
        foreach (var call in made.Chunk(access.Crm.WritesPerCall))
            await SendAsync(lease, access, call, cancellationToken);
    }

    private Intent Intend(WaitingLead lead, Decision.Write decision, DateTimeOffset now)
    {
        var (plan, match) = decision;
        var record = plan.RecordId is null ? (string[])[] : [PersonKeys.OfRecord(plan.RecordId)];
        return new Intent(
            Guid.CreateVersion7(now),
            // The plan has all that matters of what is wanted.
            lead with
            {
                Wanted = lead.Wanted with { Sections = [] },
            },
            plan,
            [.. lead.Keys.Union(record, StringComparer.Ordinal)],
            now,
            now + options.SendWithin,
            now + options.SendWithin + options.LateCommit
        );
    }

    private async Task SendAsync(
        Lease lease,
        LaneAccess access,
        IReadOnlyList<Intent> batch,
        CancellationToken cancellationToken
    )
    {
        WriteReport report;
        RecordWrite[] writes = [.. batch.Select(intent => intent.Plan.ToWrite())];
        try
        {
            if (AssignedOwners.CallsFor(batch) is > 0 and var further)
                await access.ReserveAsync(access.Crm.CallsFor(writes) + further, cancellationToken);
            await access.PrepareAsync(
                [.. batch.Select(intent => new Cargo(intent.Lead.Wanted.Source, intent.Plan.Object)).Distinct()],
                cancellationToken,
                batch[0].SendBefore
            );
            report = await access.Crm.WriteAsync(access, writes, cancellationToken);
        }
        catch (CrmException fault) when (fault.Failure.Class == FailureClass.Record || fault.Failure.WholeBatch)
        {
            var refused = new WriteResult(WriteStatus.Refused, Failure: fault.Failure with { WholeBatch = true });
            report = new WriteReport([.. batch.Select(_ => refused)], Calls: 0);
        }
        // Nothing was sent, or all of it refused: nothing happened, and the lane's worker knows what to do about the rest.
        catch (Exception fault) when (fault is CrmException or GrantSpentException or HeldException or TimeoutException)
        {
            await settler.SettleAsync(lease, [.. batch.Select(Settlements.NeverHappened)], cancellationToken);
            throw;
        }

        var results = batch.Zip(report.Results).ToList();
        var spoilt = results
            .Where(result => result.Second.Failure is { WholeBatch: true })
            .Select(result => result.First)
            .ToList();
        var halves = spoilt.Count > 1 ? spoilt : [];
        var owners = await assigned.ReadAsync(access, results, cancellationToken);
        await EndAsync(lease, [.. results.Where(result => !halves.Contains(result.First))], owners, cancellationToken);
        if (halves.Count == 0)
            return;
        await SendAgainAsync(lease, access, halves[..(halves.Count / 2)], cancellationToken);
        await SendAgainAsync(lease, access, halves[(halves.Count / 2)..], cancellationToken);
    }

    private async Task SendAgainAsync(
        Lease lease,
        LaneAccess access,
        IReadOnlyList<Intent> batch,
        CancellationToken cancellationToken
    )
    {
        var sendBefore = clock.GetUtcNow() + options.SendWithin;
        var renewed = batch
            .Select(intent => intent with { SendBefore = sendBefore, CertainAt = sendBefore + options.LateCommit })
            .ToList();
        await intents.ExtendAsync(renewed, cancellationToken);
        await SendAsync(lease, access, renewed, cancellationToken);
    }

    private async Task EndAsync(
        Lease lease,
        IReadOnlyList<(Intent Intent, WriteResult Result)> results,
        IReadOnlyDictionary<string, RecordOwner> owners,
        CancellationToken cancellationToken
    )
    {
        var certain = results.Where(result => result.Result.Status != WriteStatus.Unknown).ToList();
        var unknown = results
            .Where(result => result.Result.Status == WriteStatus.Unknown)
            .Select(result => result.Intent)
            .ToList();
        try
        {
            await settler.SettleAsync(
                lease,
                [
                    .. certain.Select(result =>
                        settlements.Of(
                            result.Intent,
                            result.Result,
                            result.Result.RecordId is { } id ? owners.GetValueOrDefault(id) : null
                        )
                    ),
                ],
                cancellationToken
            );
            await MakeUnknownAsync(lease, unknown, cancellationToken);
        }
        catch (LeaseLostException)
        {
            // The answer is a fact all the same; who owns the lane now turns it into an outcome.
            await lateFacts.StoreAsync(lease, certain, cancellationToken);
            throw;
        }
    }

    private Task MakeUnknownAsync(Lease lease, IReadOnlyList<Intent> unknown, CancellationToken cancellationToken)
    {
        if (unknown.Count == 0)
            return Task.CompletedTask;
        var now = clock.GetUtcNow();
        var wait = RetrySchedule.ForProbe(0, unknown[0].CertainAt - now);
        var kind = FailureCatalogue.OutcomeUnknown;
        var trouble = Trouble.Of(SyncStage.Write, kind, "The CRM's answer was lost; it is being looked for.", []);
        return intents.MakeUnknownAsync(
            lease,
            [.. unknown.Select(intent => (intent.IntentId, 0, wait))],
            [.. unknown.Select(intent => Tell.Failed(intent.Lead, trouble, now, now + wait))],
            cancellationToken
        );
    }
}
