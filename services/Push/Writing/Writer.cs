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
    EndLeads end,
    AssignedOwners assigned,
    TimeProvider clock,
    PushOptions options
)
{
    // As many as Salesforce takes in one composite call, where an org is trusted with conditions in it.
    private const int GuardedAtOnce = 25;

    /// <param name="leads">With a write each, or one for each of their two records.</param>
    public async Task WriteAsync(
        Lease lease,
        LaneAccess access,
        IReadOnlyList<(WaitingLead Lead, Decision Decision)> leads,
        CancellationToken cancellationToken
    )
    {
        var isGuarded = leads.ToLookup(lead =>
            lead.Decision.Writes().Any(write => write.Plan.UnmodifiedSince is not null)
        );
        await CommitAndSendAsync(lease, access, [.. isGuarded[false]], cancellationToken);
        var began = clock.GetTimestamp();
        // A guarded update may cost a call of its own: few are begun at a time, each soon after it was written down.
        for (var rest = isGuarded[true].ToList(); rest.Count > 0; )
        {
            if (clock.GetElapsedTime(began) >= options.RoundWithin)
                return;
            var few = rest.Take(GuardedAtOnce).ToList();
            var granted = await access.ReserveAsync(CallsFor(access, few), cancellationToken);
            while (few.Count > 1 && CallsFor(access, few) > granted)
                few.RemoveAt(few.Count - 1);
            await CommitAndSendAsync(lease, access, few, cancellationToken);
            rest = rest[few.Count..];
        }
    }

    private static int CallsFor(LaneAccess access, List<(WaitingLead Lead, Decision Decision)> leads) =>
        access.Crm.CallsFor([
            .. leads.SelectMany(lead => lead.Decision.Writes()).Select(write => write.Plan.ToWrite()),
        ]);

    private async Task CommitAndSendAsync(
        Lease lease,
        LaneAccess access,
        IReadOnlyList<(WaitingLead Lead, Decision Decision)> leads,
        CancellationToken cancellationToken
    )
    {
        if (leads.Count == 0)
            return;
        var now = clock.GetUtcNow();
        var made = leads.SelectMany(lead => Intend(lead.Lead, lead.Decision, now)).ToList();
        var matched = leads.SelectMany(lead => Tell.Decided(lead.Lead, lead.Decision, now));
        await intents.CommitAsync(lease, made, [.. matched], cancellationToken);
        foreach (var call in made.Chunk(access.Crm.WritesPerCall))
            await SendAsync(lease, access, call, cancellationToken);
    }

    private IEnumerable<Intent> Intend(WaitingLead lead, Decision decision, DateTimeOffset now) =>
        decision is Decision.Both both
            ? both.Writes()
                .Select(write =>
                {
                    var isBeside = ReferenceEquals(write, both.Other);
                    var other = isBeside ? both.Primary : both.Other;
                    var unchanged = (other as Decision.Unchanged)?.Plan;
                    var plan = unchanged ?? ((Decision.Write)other).Plan;
                    var record = new KnownRecord(plan.Object, plan.RecordId!);
                    return Intend(lead, write, now, new OtherRecord(record, IsPrimary: isBeside, unchanged));
                })
            : decision.Writes().Select(write => Intend(lead, write, now, other: null));

    private Intent Intend(WaitingLead lead, Decision.Write decision, DateTimeOffset now, OtherRecord? other)
    {
        var plan = decision.Plan;
        var records = new[] { plan.RecordId, other?.Record.RecordId }.OfType<string>().Select(PersonKeys.OfRecord);
        return new Intent(
            Guid.CreateVersion7(now),
            // The plan has all that matters of what is wanted.
            lead with
            {
                Wanted = lead.Wanted with { Sections = [] },
            },
            plan,
            [.. lead.Keys.Union(records, StringComparer.Ordinal).Union(decision.Holds, StringComparer.Ordinal)],
            now,
            now + options.SendWithin,
            now + options.SendWithin + options.LateCommit
        )
        {
            Other = other,
        };
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
                [.. batch.Select(intent => new Cargo(intent.Lead.Wanted.Source, intent.Plan.HeldWith)).Distinct()],
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
            await end.EndAsync(lease, [.. batch.Select(intent => new Answer(intent, Result: null))], cancellationToken);
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
            await end.EndAsync(
                lease,
                [
                    .. certain.Select(result => new Answer(
                        result.Intent,
                        result.Result,
                        result.Result.RecordId is { } id ? owners.GetValueOrDefault(id) : null
                    )),
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
