using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Lanes;

/// <summary>
/// What becomes of one batch of a lane: its leads, each another person, are matched in one call, decided, and written in one
/// call.
/// </summary>
public sealed class LaneRound(Matcher matcher, Writer writer, Settler settler, Settlements settlements, HoldWatch holds)
{
    // A hold that ends takes up what waited for it at once; this is for one whose end was missed.
    private static readonly TimeSpan HeldWait = TimeSpan.FromMinutes(2);

    // Of leads that were found to be one person only in the CRM, one is under way.
    private static readonly TimeSpan SamePersonWait = TimeSpan.FromSeconds(1);

    /// <exception cref="CrmException">The CRM, or the access to it, failed as a whole.</exception>
    /// <exception cref="LeaseLostException">The lane is another worker's now.</exception>
    public async Task SyncAsync(
        Lease lease,
        LaneAccess access,
        List<WaitingLead> batch,
        Claims.Batch claim,
        CancellationToken cancellationToken
    )
    {
        Findings findings;
        try
        {
            await access.PrepareAsync(
                [.. batch.Select(lead => new Cargo(lead.Wanted.Source, "")).Distinct()],
                cancellationToken
            );
            findings = await matcher.FindAsync(access, batch, claim, cancellationToken);
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
                await SyncAsync(lease, access, [.. batch.Except(users)], claim, cancellationToken);
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
            await SyncAsync(lease, access, batch[..(batch.Count / 2)], claim, cancellationToken);
            await SyncAsync(lease, access, batch[(batch.Count / 2)..], claim, cancellationToken);
            return;
        }

        var (decided, leftOut) = await matcher.DecideAsync(lease, batch, findings, claim, cancellationToken);
        var writes = decided.FindAll(pair => pair.Decision.Writes().Count > 0);
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
                .. leftOut.Select(lead => new Settlement(lead, RowEnd.Again) { Wait = SamePersonWait }),
            ],
            cancellationToken
        );
        await writer.WriteAsync(lease, access, [.. writes.Except(held)], cancellationToken);

        // Of two records with either of them: they are written together.
        bool IsHeld((WaitingLead Lead, Decision Decision) pair) =>
            pair
                .Decision.Writes()
                .Any(write =>
                    holds.IsHeld(lease.ConnectionId, new Cargo(pair.Lead.Wanted.Source, write.Plan.HeldWith))
                );
    }

    /// <summary>The leads that need one of these CRM fields, to be written or to be decided by.</summary>
    internal static List<WaitingLead> Uses(List<WaitingLead> batch, IReadOnlyList<string> fields) =>
        [
            .. batch.Where(lead =>
                lead.Wanted.Sections.SelectMany(FieldRules.Needed)
                    .Any(field => fields.Contains(field, StringComparer.Ordinal))
            ),
        ];
}
