using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;

namespace LeadSync.Push.Writing;

/// <summary>From what was decided, or what the CRM answered, to how the work on a lead ends. Pure but for the clock and its jitter.</summary>
public sealed class Settlements(PushOptions options, TimeProvider clock)
{
    // Until the CRM's clock, which counts in seconds, is certainly in a later one.
    private static readonly TimeSpan MomentOfDoubt = TimeSpan.FromSeconds(1);

    /// <summary>Ends what needs no write; null where one does.</summary>
    public Settlement? Of(WaitingLead lead, Decision decision)
    {
        var now = clock.GetUtcNow();
        switch (decision)
        {
            case Decision.Unchanged { Plan: var plan, Match: var match }:
                var record = new KnownRecord(plan.Object, plan.RecordId!);
                return new Settlement(lead, RowEnd.Done)
                {
                    Link = record,
                    Applied = plan.Applied,
                    Outcomes =
                    [
                        Tell.Matched(lead, match, SyncDecision.Unchanged, now),
                        Tell.Written(lead, plan, WriteOutcome.Unchanged, record, requestId: null, now),
                    ],
                };
            case Decision.TooFresh:
                return new Settlement(lead, RowEnd.Again) { Wait = MomentOfDoubt };
            case Decision.Skip { Reason: var reason, Match: var match }:
                return new Settlement(lead, RowEnd.Done)
                {
                    Outcomes = [Tell.Matched(lead, match, SyncDecision.Skip, now, reason)],
                };
            case Decision.LookAgain { Link: var link }:
                return new Settlement(lead, RowEnd.Again) { Link = link };
            case Decision.Park { Kind: var kind, Message: var message, Fields: var fields, Match: var match }:
                return Parked(lead, Trouble.Of(SyncStage.Match, kind, message, fields)) with
                {
                    Outcomes =
                    [
                        Tell.Matched(lead, match, SyncDecision.Park, now, kind.Code),
                        Tell.Failed(lead, Trouble.Of(SyncStage.Match, kind, message, fields), now),
                    ],
                };
            default:
                return null;
        }
    }

    /// <summary>Ends an intent whose answer is certain.</summary>
    public Settlement Of(Intent intent, WriteResult result)
    {
        var now = clock.GetUtcNow();
        if (result.Status == WriteStatus.Written)
        {
            var record = new KnownRecord(intent.Plan.Object, result.RecordId ?? intent.Plan.RecordId!);
            var outcome = intent.Plan.RecordId is null ? WriteOutcome.Created : WriteOutcome.Updated;
            return new Settlement(intent.Lead, RowEnd.Done)
            {
                IntentId = intent.IntentId,
                Released = intent.Keys,
                Link = record,
                Applied = intent.Plan.Applied,
                Outcomes = [Tell.Written(intent.Lead, intent.Plan, outcome, record, result.RequestId, now)],
            };
        }

        var failure = result.Failure!;
        var trouble = Trouble.Of(SyncStage.Write, failure);
        var isPassing =
            failure.Class is FailureClass.Transient or FailureClass.Budget or FailureClass.Session
            // It changed under our hands: matching again finds out what it is now.
            || failure.Code is "RECORD_DELETED" or "RECORD_CONVERTED";
        var wait = isPassing
            ? RetrySchedule.ForLead(
                intent.Lead.Attempts + 1,
                options.MostAttempts,
                failure.RetryAfter,
                Random.Shared.NextDouble()
            )
            : null;
        var settlement = wait is null
            ? Parked(intent.Lead, trouble)
            : new Settlement(intent.Lead, RowEnd.Retried) { Wait = wait.Value };
        return settlement with
        {
            IntentId = intent.IntentId,
            Released = intent.Keys,
            Outcomes = [Tell.Failed(intent.Lead, trouble, now, now + wait)],
        };
    }

    /// <summary>Ends an intent that certainly never happened: the lead is taken again, matched anew.</summary>
    public static Settlement NeverHappened(Intent intent) =>
        new(intent.Lead, RowEnd.Again) { IntentId = intent.IntentId, Released = intent.Keys };

    /// <summary>Parks a lead for what was found before anything could be decided about it.</summary>
    public Settlement Parked(WaitingLead lead, Trouble trouble) =>
        new(lead, RowEnd.Parked)
        {
            ParkCode = trouble.Code,
            ParkMessage = trouble.Message,
            Outcomes = [Tell.Failed(lead, trouble, clock.GetUtcNow())],
        };
}
