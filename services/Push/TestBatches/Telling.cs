using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Push.Access;
using LeadSync.Push.Outcomes;

namespace LeadSync.Push.TestBatches;

/// <summary>What outcomes say of one sample, the latest of each kind. Pure.</summary>
internal sealed record Telling(MatchedRecord? Matched, WrittenRecord? Written, FailedSync? Failed)
{
    public static Telling Of(IEnumerable<Outcome> outcomes)
    {
        var telling = new Telling(null, null, null);
        foreach (var (kind, body) in outcomes.Select(outcome => (outcome.Kind, outcome.Body)))
        {
            telling = kind switch
            {
                "matched" => telling with { Matched = Read<MatchedRecord>(body) },
                // What had stopped it before does not any more.
                "written" => telling with { Written = Read<WrittenRecord>(body), Failed = null },
                _ => telling with { Failed = Read<FailedSync>(body) },
            };
        }
        return telling;
    }

    /// <summary>It ended: written, skipped, or stopped for good.</summary>
    public bool IsFinal =>
        Written is not null || Failed is { Transient: false } || Matched?.Decision == SyncDecision.Skip;

    public TestAction Action =>
        this switch
        {
            { Written.Outcome: WriteOutcome.Created } => TestAction.Create,
            { Written.Outcome: WriteOutcome.Updated } => TestAction.Update,
            { Written.Outcome: WriteOutcome.Unchanged } => TestAction.Unchanged,
            { Failed.Transient: false } => TestAction.Park,
            { Matched.Decision: SyncDecision.Create } => TestAction.Create,
            { Matched.Decision: SyncDecision.Update } => TestAction.Update,
            { Matched.Decision: SyncDecision.Unchanged } => TestAction.Unchanged,
            { Matched.Decision: SyncDecision.Skip } => TestAction.Skip,
            { Matched.Decision: SyncDecision.Park } => TestAction.Park,
            { Matched.Decision: SyncDecision.Wait } => TestAction.Wait,
            _ => TestAction.None,
        };

    /// <summary>A sample as it is told: what mapping says of it, and what was found, decided and done.</summary>
    public static TestedLead Start(TestLead sample, Telling telling, ForeseenLead? foreseen, LookAccess access)
    {
        var matched = telling.Matched;
        var record = telling.Written?.Record ?? matched?.Record;
        var isSamePerson = foreseen?.WaitsFor is not null && !telling.IsFinal;
        var action =
            sample.Problems.Count > 0 ? TestAction.CannotMap
            : sample.Skipped is not null ? TestAction.Skip
            : isSamePerson ? TestAction.Wait
            : telling.Action;
        return new TestedLead(sample.Number, sample.LeadId, action)
        {
            Case = sample.Case,
            MatchedBy = matched?.MatchedBy,
            Object = telling.Written?.Record.Object ?? foreseen?.Object,
            Record = record is null ? null : access.Open(record),
            Candidates = matched?.Candidates is { } all ? [.. all.Select(access.Open)] : null,
            Reason = sample.Skipped ?? matched?.Reason ?? (isSamePerson ? SamePerson : null),
            DecidedBy = matched?.DecidedBy,
            WaitsFor = isSamePerson ? foreseen!.WaitsFor : null,
            Fields = telling.Written?.Fields ?? foreseen?.Fields ?? [],
            Remarks = sample.Wanted?.Remarks ?? [],
            Problems = [.. sample.Problems, .. telling.Failed is { } failed ? [Problem(failed)] : (TestProblem[])[]],
            Notes =
            [
                .. sample.Notes,
                .. isSamePerson
                    ?
                    [
                        $"It is the same person as sample {foreseen!.WaitsFor}, so a real run takes it after that one, and what it does then depends on what that one has written.",
                    ]
                    : (string[])[],
            ],
        };
    }

    /// <summary>Why a sample waits: it is the same person as another one.</summary>
    private const string SamePerson = "SAME_PERSON";

    private static TestProblem Problem(FailedSync failed) =>
        new(failed.Code, failed.Message, failed.Cause, failed.Fix) { Fields = failed.Fields };

    private static T Read<T>(string body) => JsonSerializer.Deserialize<T>(body, Wire.Json)!;
}
