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
                "matched" => telling.With(Read<MatchedRecord>(body)),
                "written" => telling.With(Read<WrittenRecord>(body)),
                _ => telling with { Failed = Read<FailedSync>(body) },
            };
        }
        return telling;
    }

    /// <summary>The same of the other record, where the person is Lead and Contact and both are written.</summary>
    public MatchedRecord? OtherMatched { get; init; }

    /// <inheritdoc cref="OtherMatched"/>
    public WrittenRecord? OtherWritten { get; init; }

    /// <summary>The records that were written, or found to be as they should.</summary>
    public IEnumerable<WrittenRecord> AllWritten => new[] { Written, OtherWritten }.OfType<WrittenRecord>();

    /// <summary>It ended: written, skipped, or stopped for good.</summary>
    public bool IsFinal =>
        Written is { Partly: false } || Failed is { Transient: false } || Matched?.Decision == SyncDecision.Skip;

    public TestAction Action => ActionOf(Matched, Written);

    // The record that the lead is known by is told first.
    private Telling With(MatchedRecord matched) =>
        matched.Beside is null
            ? this with
            {
                Matched = matched,
                OtherMatched = null,
            }
            : this with
            {
                OtherMatched = matched,
            };

    private Telling With(WrittenRecord written)
    {
        // What had stopped it before does not any more, unless it is the other record that it stops.
        var failed = written.Partly ? Failed : null;
        return written.Beside is null
            ? this with
            {
                Written = written,
                Failed = failed,
            }
            : this with
            {
                OtherWritten = written,
                Failed = failed,
            };
    }

    private TestAction ActionOf(MatchedRecord? matched, WrittenRecord? written) =>
        (written?.Outcome, matched?.Decision) switch
        {
            (WriteOutcome.Created, _) => TestAction.Create,
            (WriteOutcome.Updated, _) => TestAction.Update,
            (WriteOutcome.Unchanged, _) => TestAction.Unchanged,
            _ when Failed is { Transient: false } => TestAction.Park,
            (_, SyncDecision.Create) => TestAction.Create,
            (_, SyncDecision.Update) => TestAction.Update,
            (_, SyncDecision.Unchanged) => TestAction.Unchanged,
            (_, SyncDecision.Skip) => TestAction.Skip,
            (_, SyncDecision.Park) => TestAction.Park,
            (_, SyncDecision.Wait) => TestAction.Wait,
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
            Other = telling.Other(foreseen?.Other, access),
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

    private TestedOther? Other(ForeseenOther? foreseen, LookAccess access)
    {
        if ((OtherWritten?.Record ?? OtherMatched?.Record) is not { } record)
            return null;
        var action = ActionOf(OtherMatched, OtherWritten);
        var fields = OtherWritten?.Fields ?? foreseen?.Fields ?? [];
        return new TestedOther(access.Open(record), action)
        {
            MatchedBy = OtherMatched?.MatchedBy,
            Reason = OtherMatched?.Reason,
            Owner = Owners.Expected(action, fields, foreseen?.OwnerBefore, given: null, access.UserId),
            Fields = fields,
        };
    }

    /// <summary>Why a sample waits: it is the same person as another one.</summary>
    private const string SamePerson = "SAME_PERSON";

    private static TestProblem Problem(FailedSync failed) =>
        new(failed.Code, failed.Message, failed.Cause, failed.Fix) { Fields = failed.Fields };

    private static T Read<T>(string body) => JsonSerializer.Deserialize<T>(body, Wire.Json)!;
}
