using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Push.Writing;

/// <summary>Which fields of a record are written, and why the others are not. Pure.</summary>
public static class FieldRules
{
    public const string NewValue = "NEW_VALUE";
    public const string SameValue = "SAME_VALUE";
    public const string NotNewlyCaptured = "NOT_NEWLY_CAPTURED";
    public const string LowerPrecedence = "LOWER_PRECEDENCE";
    public const string NotEmpty = "NOT_EMPTY";
    public const string OnlyOnCreate = "ONLY_ON_CREATE";
    public const string Edited = "EDITED";
    public const string ConditionNotMet = "CONDITION_NOT_MET";
    public const string OptedOut = "OPTED_OUT";

    /// <summary>The external id that it would hold stands at another record.</summary>
    public const string ExternalIdElsewhere = "EXTERNAL_ID_ELSEWHERE";

    /// <summary>Every field that has a value: a create clears nothing.</summary>
    public static List<FieldDecision> ForCreate(MappedSection section) =>
        [
            .. section
                .Fields.Where(field => !FieldValue.IsEmpty(field.Value))
                .Select(field => new FieldDecision(
                    field.Field,
                    FieldValue.Null,
                    field.Value,
                    field.Rule,
                    Written: true,
                    NewValue
                )),
        ];

    /// <summary>
    /// Each field in turn. It is a candidate only when it was captured after what was last applied to that record, by
    /// whichever source of the same precedence, and differs from what the CRM holds; with nothing applied yet, any
    /// difference is. Then its write rule decides.
    /// </summary>
    /// <param name="section">What is wanted.</param>
    /// <param name="held">What the CRM holds, by API name.</param>
    /// <param name="applied">What was last applied to the record, by API name.</param>
    /// <param name="elsewhere">The external id field, where another record holds the lead's; else null.</param>
    public static List<FieldDecision> ForUpdate(
        MappedSection section,
        IReadOnlyDictionary<string, JsonElement> held,
        IReadOnlyDictionary<string, AppliedField> applied,
        string? elsewhere = null
    ) =>
        [
            .. section.Fields.Select(field =>
            {
                var before = held.GetValueOrDefault(field.Field, FieldValue.Null);
                var wanted = field.Adds ? FieldValue.Added(before, field.Value) : field.Value;
                var last = applied.GetValueOrDefault(field.Field)?.SeenFrom(before);
                var reason = field.Field == elsewhere ? ExternalIdElsewhere : Judge(field, wanted, before, last, held);
                var isWritten = reason == NewValue;
                return new FieldDecision(
                    field.Field,
                    before,
                    isWritten ? wanted : before,
                    field.Rule,
                    isWritten,
                    reason
                );
            }),
        ];

    /// <summary>
    /// What counts as applied once these decisions have been carried out: what was written, and what the CRM held already.
    /// Without the latter a rep's later edit of such a field would look like a difference that nobody had applied yet.
    /// </summary>
    public static Dictionary<string, AppliedField> Applied(
        MappedSection section,
        IEnumerable<FieldDecision> decisions,
        string source
    )
    {
        var captured = section.Fields.ToDictionary(field => field.Field, StringComparer.Ordinal);
        return decisions
            .Where(decision => decision.Reason is NewValue or SameValue)
            .ToDictionary(
                decision => decision.Field,
                decision => new AppliedField(
                    decision.After,
                    captured[decision.Field].CapturedAt,
                    source,
                    captured[decision.Field].Precedence
                ),
                StringComparer.Ordinal
            );
    }

    /// <summary>
    /// Whether one of the fields to be written was decided by what the record held: then a change of the record in between
    /// makes the decision void.
    /// </summary>
    public static bool IsGuarded(MappedSection section, IEnumerable<FieldDecision> decisions)
    {
        var adding = section.Fields.Where(field => field.Adds).Select(field => field.Field).ToList();
        return decisions.Any(decision =>
            decision.Written && (decision.Rule != WriteRule.Overwrite || adding.Contains(decision.Field))
        );
    }

    /// <summary>The CRM fields that must be seen to decide: the mapped ones, and those that their rules ask about.</summary>
    public static IEnumerable<string> Needed(MappedSection section) =>
        section.Fields.SelectMany(field =>
            field.While is null ? (string[])[field.Field] : [field.Field, field.While.Field]
        );

    private static string Judge(
        MappedField field,
        JsonElement wanted,
        JsonElement before,
        AppliedField? applied,
        IReadOnlyDictionary<string, JsonElement> held
    )
    {
        if (FieldValue.Same(wanted, before))
            return SameValue;
        if (applied is not null)
        {
            if (field.Precedence < applied.Precedence)
                return LowerPrecedence;
            if (field.Precedence == applied.Precedence && field.CapturedAt <= applied.At)
                return NotNewlyCaptured;
        }
        return field.Rule switch
        {
            WriteRule.Overwrite => NewValue,
            WriteRule.OnlyWhenEmpty => FieldValue.IsEmpty(before) ? NewValue : NotEmpty,
            WriteRule.OnlyOnCreate => OnlyOnCreate,
            // A field that we filled and that is empty now was emptied by somebody: an edit like any other.
            WriteRule.UntilEdited => FieldValue.Same(before, applied?.Value ?? FieldValue.Null) ? NewValue : Edited,
            WriteRule.OnlyWhile => IsMet(field.While!, held) ? NewValue : ConditionNotMet,
            WriteRule.OptOut => IsOptOut(wanted) || HasConsented(field, applied) ? NewValue : OptedOut,
            _ => throw new ArgumentOutOfRangeException(nameof(field), field.Rule, "An unknown write rule."),
        };
    }

    private static bool IsMet(WriteCondition condition, IReadOnlyDictionary<string, JsonElement> held)
    {
        var now = FieldValue.Text(held.GetValueOrDefault(condition.Field, FieldValue.Null));
        return condition.Values.Contains(now, StringComparer.Ordinal);
    }

    private static bool IsOptOut(JsonElement wanted) => wanted.ValueKind == JsonValueKind.True;

    // Consent given before what we last applied was there already when the person opted out.
    private static bool HasConsented(MappedField field, AppliedField? applied) =>
        field.ConsentedAt is { } consented && (applied is null || consented > applied.At);
}
