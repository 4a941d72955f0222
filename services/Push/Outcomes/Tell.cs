using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Outcomes;

/// <summary>What is told of each step with a lead.</summary>
public static class Tell
{
    /// <summary>What was decided of each of the lead's records, told before anything is asked of the CRM for them.</summary>
    public static IReadOnlyList<Outcome> Decided(WaitingLead lead, Decision decision, DateTimeOffset at) =>
        decision switch
        {
            Decision.Both both => [.. Decided(lead, both.Primary, at), .. Decided(lead, both.Other, at)],
            Decision.Unchanged { Match: var match } => [Matched(lead, match, SyncDecision.Unchanged, at)],
            Decision.Write { Plan.IsAccount: true, Match: var match } =>
            [
                Matched(lead, match, SyncDecision.Wait, at, AccountChoice.WaitsForAccount),
            ],
            Decision.Write { Plan: var plan, Match: var match } =>
            [
                Matched(lead, match, plan.RecordId is null ? SyncDecision.Create : SyncDecision.Update, at),
            ],
            _ => [],
        };

    public static Outcome Matched(
        WaitingLead lead,
        Match match,
        SyncDecision decision,
        DateTimeOffset at,
        string? reason = null,
        (string Name, string? Note)? by = null,
        DateTimeOffset? waitsUntil = null
    )
    {
        var one = match as Match.One;
        return Outcome.Of(
            new MatchedRecord
            {
                EventId = Guid.CreateVersion7(at),
                OccurredAt = at,
                TraceParent = lead.Wanted.TraceParent,
                Source = lead.Wanted.Source,
                LeadId = lead.Wanted.LeadId,
                ConnectionId = lead.Wanted.ConnectionId,
                Version = lead.Wanted.Version,
                MatchedBy = one?.By ?? (match as Match.Several)?.By ?? MatchKind.None,
                Record = one is null ? null : new KnownRecord(one.Record.Object, one.Record.Id),
                Beside = one?.Beside,
                Candidates = one?.Candidates ?? (match as Match.Several)?.Candidates,
                Decision = decision,
                Reason = reason ?? one?.Reason,
                DecidedBy = match.DecidedBy,
                WaitsUntil = waitsUntil,
                AskedBy = by?.Name ?? lead.ReplayedBy,
                Note = by?.Note,
                Metadata = lead.Wanted.Metadata,
            }
        ) with
        {
            TestBatch = lead.TestBatch,
        };
    }

    public static Outcome Written(
        WaitingLead lead,
        WritePlan plan,
        WriteOutcome outcome,
        KnownRecord record,
        string? requestId,
        DateTimeOffset at,
        RecordOwner? owner = null,
        KnownRecord? beside = null,
        bool partly = false
    ) =>
        Outcome.Of(
            new WrittenRecord
            {
                EventId = Guid.CreateVersion7(at),
                OccurredAt = at,
                TraceParent = lead.Wanted.TraceParent,
                Source = lead.Wanted.Source,
                LeadId = lead.Wanted.LeadId,
                ConnectionId = lead.Wanted.ConnectionId,
                Version = lead.Wanted.Version,
                FromVersion = lead.FromVersion,
                Outcome = outcome,
                Record = record,
                Beside = beside,
                Partly = partly,
                Fields = plan.Fields,
                Owner = owner,
                CrmRequestId = requestId,
                Metadata = lead.Wanted.Metadata,
            }
        ) with
        {
            TestBatch = lead.TestBatch,
        };

    public static Outcome Failed(
        WaitingLead lead,
        Trouble trouble,
        DateTimeOffset at,
        DateTimeOffset? nextAttempt = null
    ) =>
        Outcome.Of(
            new FailedSync
            {
                EventId = Guid.CreateVersion7(at),
                OccurredAt = at,
                TraceParent = lead.Wanted.TraceParent,
                Source = lead.Wanted.Source,
                LeadId = lead.Wanted.LeadId,
                ConnectionId = lead.Wanted.ConnectionId,
                Version = lead.Wanted.Version,
                Stage = trouble.Stage,
                Code = trouble.Code,
                Message = trouble.Message,
                Cause = trouble.Cause,
                Fix = trouble.Fix,
                Fields = trouble.Fields,
                Transient = nextAttempt is not null,
                Attempt = lead.Attempts + 1,
                NextAttemptAt = nextAttempt,
                CrmRequestId = trouble.CrmRequestId,
                Metadata = lead.Wanted.Metadata,
            }
        ) with
        {
            TestBatch = lead.TestBatch,
        };
}

/// <summary>What stands between a lead and the CRM, in words that hold nothing of the lead's values.</summary>
public sealed record Trouble(SyncStage Stage, string Code, string Message, string Cause, string Fix)
{
    public IReadOnlyList<string> Fields { get; init; } = [];
    public string? CrmRequestId { get; init; }

    public static Trouble Of(SyncStage stage, FailureKind kind, string message, IReadOnlyList<string> fields) =>
        new(stage, kind.Code, message, kind.Cause, kind.Fix) { Fields = fields };

    /// <summary>A CRM's refusal. Its own text is passed on only where it is the org's words, not an echo of the value.</summary>
    public static Trouble Of(SyncStage stage, CrmFailure failure) =>
        new(
            stage,
            failure.Code,
            failure.Code is "VALIDATION_RULE"
                ? $"The CRM refused the record: {failure.Message}"
                : $"The CRM refused the record with {failure.CrmCode ?? failure.Code}"
                    + (failure.Fields.Count == 0 ? "." : $" for {string.Join(", ", failure.Fields)}."),
            failure.Cause,
            failure.Fix
        )
        {
            Fields = failure.Fields,
            CrmRequestId = failure.RequestId,
        };
}
