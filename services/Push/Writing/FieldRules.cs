using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Push.Writing;

/// <summary>Which fields of a record are written, and why the others are not. Pure.</summary>
public static class FieldRules
{
    public const string NewValue = "NEW_VALUE";
    public const string SameValue = "SAME_VALUE";
    public const string NotNewlyCaptured = "NOT_NEWLY_CAPTURED";
    public const string NotEmpty = "NOT_EMPTY";

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
    /// whichever source, and differs from what the CRM holds; with nothing applied yet, any difference is. Then its write
    /// rule decides.
    /// </summary>
    /// <param name="section">What is wanted.</param>
    /// <param name="held">What the CRM holds, by API name.</param>
    /// <param name="applied">What was last applied to the record, by API name.</param>
    public static List<FieldDecision> ForUpdate(
        MappedSection section,
        IReadOnlyDictionary<string, JsonElement> held,
        IReadOnlyDictionary<string, AppliedField> applied
    ) =>
        [
            .. section.Fields.Select(field =>
            {
                var before = held.GetValueOrDefault(field.Field, FieldValue.Null);
                var reason = Judge(field, before, applied.GetValueOrDefault(field.Field));
                var isWritten = reason == NewValue;
                return new FieldDecision(
                    field.Field,
                    before,
                    isWritten ? field.Value : before,
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
                    captured[decision.Field].Value,
                    captured[decision.Field].CapturedAt,
                    source
                ),
                StringComparer.Ordinal
            );
    }

    private static string Judge(MappedField field, JsonElement before, AppliedField? applied)
    {
        if (FieldValue.Same(field.Value, before))
            return SameValue;
        if (applied is not null && field.CapturedAt <= applied.At)
            return NotNewlyCaptured;
        return field.Rule switch
        {
            WriteRule.Overwrite => NewValue,
            WriteRule.OnlyWhenEmpty => FieldValue.IsEmpty(before) ? NewValue : NotEmpty,
            _ => throw new ArgumentOutOfRangeException(nameof(field), field.Rule, "An unknown write rule."),
        };
    }
}
