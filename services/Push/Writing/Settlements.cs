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

    // How often a lead looks for another owner.
    private const int OwnerLooks = 3;

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
                        Tell.Written(
                            lead,
                            plan,
                            WriteOutcome.Unchanged,
                            record,
                            requestId: null,
                            now,
                            beside: (match as Match.One)?.Beside
                        ),
                    ],
                };
            case Decision.Both { Primary: Decision.Unchanged primary, Other: Decision.Unchanged other }:
                var (first, second) = (Of(lead, primary)!, Of(lead, other)!);
                return first with
                {
                    Other = second.Link,
                    OtherApplied = second.Applied,
                    Outcomes = [.. first.Outcomes, .. second.Outcomes],
                };
            case Decision.TooFresh:
                return new Settlement(lead, RowEnd.Again) { Wait = MomentOfDoubt };
            case Decision.Skip { Reason: var reason, Match: var match }:
                return new Settlement(lead, RowEnd.Done)
                {
                    Outcomes = [Tell.Matched(lead, match, SyncDecision.Skip, now, reason)],
                };
            case Decision.Wait { Reason: var reason, Until: var until, Match: var match }:
                return new Settlement(lead, RowEnd.Again)
                {
                    Wait = until > now ? until - now : TimeSpan.Zero,
                    WaitCode = reason,
                    // Once: it may be looked at again before anything has changed.
                    Outcomes =
                        lead.WaitsFor == reason
                            ? []
                            : [Tell.Matched(lead, match, SyncDecision.Wait, now, reason, waitsUntil: until)],
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
    /// <param name="assigned">Whom the org's assignment rules gave a new record to; null where they were not asked, or it is not known.</param>
    /// <param name="partly">The lead's other record does not hold what was wanted of it.</param>
    /// <param name="againIn">The lead is taken again after this anyway, for its other record.</param>
    public Settlement Of(
        Intent intent,
        WriteResult result,
        RecordOwner? assigned = null,
        bool partly = false,
        TimeSpan? againIn = null
    )
    {
        var now = clock.GetUtcNow();
        // The Account is there; now the Contact is matched, as if it had been there from the beginning.
        if (result.Status == WriteStatus.Written && intent.Plan.IsAccount)
        {
            return NeverHappened(intent) with { AccountId = result.RecordId };
        }
        if (result.Status == WriteStatus.Written)
        {
            var record = new KnownRecord(intent.Plan.Object, result.RecordId ?? intent.Plan.RecordId!);
            // A create by external id updates where somebody was quicker.
            var isNew = intent.Plan.RecordId is null && (intent.Plan.Key is null || result.Created);
            var outcome = isNew ? WriteOutcome.Created : WriteOutcome.Updated;
            var owner = isNew ? intent.Plan.Owner ?? assigned : null;
            return new Settlement(intent.Lead, RowEnd.Done)
            {
                IntentIds = [intent.IntentId],
                Released = intent.Keys,
                Link = record,
                Applied = intent.Plan.Applied,
                Outcomes =
                [
                    Tell.Written(
                        intent.Lead,
                        intent.Plan,
                        outcome,
                        record,
                        result.RequestId,
                        now,
                        owner,
                        intent.Other is { IsPrimary: true, Record: var primary } ? primary : null,
                        partly
                    ),
                    .. owner is { By: OwnerChoice.IntegrationUser }
                        ? [NotAssigned(intent, record, now)]
                        : (Outcome[])[],
                ],
            };
        }

        var failure = result.Failure!;
        var trouble = Trouble.Of(SyncStage.Write, failure);
        if (intent.Plan.IsAccount)
            trouble = trouble with { Message = $"The Contact's Account cannot be created. {trouble.Message}" };
        if (intent is { Other: not null, Record: { } one })
            trouble = trouble with
            {
                Message = $"Of the lead's two records the {one.Object} {one.RecordId}: {trouble.Message}",
            };
        var isPassing =
            failure.Class is FailureClass.Transient or FailureClass.Budget or FailureClass.Session
            // It changed under our hands: matching again finds out what it is now.
            || failure.Code is "RECORD_DELETED" or "RECORD_CONVERTED"
            || IsMatchedAnew(intent, failure)
            || IsAccountGone(intent, failure)
            || IsOwnerGone(intent, failure);
        var wait = isPassing
            ? RetrySchedule.ForLead(
                intent.Lead.Attempts + 1,
                options.MostAttempts,
                failure.RetryAfter,
                Random.Shared.NextDouble()
            )
            : null;
        wait ??= againIn;
        var settlement = wait is null
            ? Parked(intent.Lead, trouble)
            : new Settlement(intent.Lead, RowEnd.Retried) { Wait = wait.Value, Link = HolderOf(intent, failure) };
        return settlement with
        {
            IntentIds = [intent.IntentId],
            Released = intent.Keys,
            Outcomes =
            [
                .. wait is null && failure.Duplicates.Count > 0 ? [Repeats(intent.Lead, failure, now)] : (Outcome[])[],
                Tell.Failed(intent.Lead, trouble, now, now + wait),
            ],
        };
    }

    // A create that the org's duplicate rule, or the uniqueness of its external id, refused: somebody may have come to be there
    // since we looked. Who has the lead's address or external id is found by them; anybody else is a person's to judge.
    private static bool IsMatchedAnew(Intent intent, CrmFailure failure) =>
        intent.Plan.RecordId is null
        && (
            HolderOf(intent, failure) is not null
            || (failure.Code == "DUPLICATES_DETECTED" && (intent.Lead.Attempts == 0 || failure.Duplicates.Count == 0))
        );

    // The Account that was found or created for it went since we looked; the next look finds what there is now.
    private static bool IsAccountGone(Intent intent, CrmFailure failure) =>
        failure.Code == FailureCatalogue.InvalidReference.Code
        && failure.Fields.Contains(WritePlan.AccountField, StringComparer.OrdinalIgnoreCase)
        && intent.Plan.Fields.Any(field =>
            field is { Field: WritePlan.AccountField, Written: true }
            && field.Reason is AccountChoice.FoundByDomain or AccountChoice.FoundByName or AccountChoice.Created
        );

    // The record that holds the external id of a create: it is the person.
    private static KnownRecord? HolderOf(Intent intent, CrmFailure failure) =>
        failure.HeldBy is { } id
        && intent.Plan.Key is { } key
        && failure.Fields.Contains(key.Field, StringComparer.OrdinalIgnoreCase)
            ? new KnownRecord(intent.Plan.Object, id)
            : null;

    // Whom the push rule named could be given records when we looked, and no longer can: matching again sees who else there is. A
    // few times, for where owners cannot be seen it goes on naming the same one. What the mapping names stays what it is.
    private static bool IsOwnerGone(Intent intent, CrmFailure failure) =>
        intent is { Plan.Owner: not null, Lead.Attempts: < OwnerLooks }
        && (
            failure.Code == FailureCatalogue.InactiveOwner.Code
            || (
                failure.Code == FailureCatalogue.InvalidReference.Code
                && failure.Fields.Contains(WritePlan.OwnerField, StringComparer.Ordinal)
            )
        );

    private static Outcome NotAssigned(Intent intent, KnownRecord record, DateTimeOffset now)
    {
        var because = intent.Plan.Assignment is null
            ? "nobody whom the push rule names may be given it now"
            : "the org's assignment rules gave it to nobody else";
        var message =
            $"The {record.Object} {record.RecordId} stays with the user that LeadSync is connected as: {because}.";
        var trouble = Trouble.Of(SyncStage.Write, FailureCatalogue.OwnerNotAssigned, message, [WritePlan.OwnerField]);
        return Tell.Failed(intent.Lead, trouble, now);
    }

    private static Outcome Repeats(WaitingLead lead, CrmFailure failure, DateTimeOffset now)
    {
        var seen = failure.Duplicates.Select(one => new KnownRecord(one.Object, one.RecordId)).ToList();
        return Tell.Matched(lead, new Match.Several(seen, MatchKind.None), SyncDecision.Park, now, failure.Code);
    }

    /// <summary>Ends an intent that certainly never happened: the lead is taken again, matched anew.</summary>
    public static Settlement NeverHappened(Intent intent) =>
        new(intent.Lead, RowEnd.Again) { IntentIds = [intent.IntentId], Released = intent.Keys };

    /// <summary>Leaves an intent to a person, of which it can never be told whether it happened. It goes on holding its keys.</summary>
    /// <param name="seen">The records that could be its doing.</param>
    public Settlement OutcomeUnknown(Intent intent, IReadOnlyList<KnownRecord> seen)
    {
        var message =
            seen.Count == 0
                ? "The CRM's answer to a create was lost, and it cannot be looked for."
                : $"The CRM's answer to a create was lost, and it cannot be told which of these records is its doing, if any: {string.Join(", ", seen.Select(one => $"{one.Object} {one.RecordId}"))}.";
        var parked = Parked(intent.Lead, Trouble.Of(SyncStage.Write, FailureCatalogue.OutcomeUnknown, message, []));
        var matched = Tell.Matched(
            intent.Lead,
            new Match.Several(seen, MatchKind.None),
            SyncDecision.Park,
            clock.GetUtcNow(),
            FailureCatalogue.OutcomeUnknown.Code
        );
        return parked with { Outcomes = [matched, .. parked.Outcomes] };
    }

    /// <summary>
    /// Parks a lead for what was found before anything could be decided about it. A sample of a test batch is done instead:
    /// nobody is to find it among the leads that wait for a person, and nothing takes it again.
    /// </summary>
    public Settlement Parked(WaitingLead lead, Trouble trouble) =>
        new(lead, lead.TestBatch is null ? RowEnd.Parked : RowEnd.Done)
        {
            ParkCode = trouble.Code,
            ParkMessage = trouble.Message,
            Outcomes = [Tell.Failed(lead, trouble, clock.GetUtcNow())],
        };
}
