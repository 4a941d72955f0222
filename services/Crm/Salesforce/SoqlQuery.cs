using System.Globalization;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Writes a <see cref="RecordQuery"/> as SOQL. Names are those of the schema, in its own spelling; values are written as their
/// field's type wants them, and what is no value of that type is refused before anyone is asked.
/// </summary>
internal static class SoqlQuery
{
    private const string Stamp = "SystemModstamp";

    /// <param name="ordered">In the order of changes. A bulk job is faster without.</param>
    /// <exception cref="CrmException">A name that the schema does not have, a value that does not fit, or too long a query.</exception>
    public static string Write(RecordQuery query, bool ordered = true)
    {
        var columns = SalesforceRecords
            .Columns(query.Schema)
            .Concat(query.Fields.Select(name => Field(query, name).Name));
        var conditions = query.Where.Select(condition => Write(query, condition)).Concat(Places(query)).ToList();
        var soql =
            SoqlText.Select(columns.Distinct(StringComparer.Ordinal).Select(SoqlText.Name), query.Schema.Object)
            + (conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}")
            + (ordered ? SoqlText.OrderBy(Stamp, "Id") : "")
            + (query.Most is { } most ? $" LIMIT {most.ToString(CultureInfo.InvariantCulture)}" : "");
        return soql.Length <= SoqlText.LongestQuery ? soql : throw SalesforceErrors.TooComplicated();
    }

    private static IEnumerable<string> Places(RecordQuery query)
    {
        if (query.After is { } after)
        {
            var stamp = SoqlText.Stamp(after.Stamp);
            yield return after.RecordId is null ? $"{Stamp} >= {stamp}"
            : RecordId.TryLengthen(after.RecordId, out var id)
                ? $"({Stamp} > {stamp} OR ({Stamp} = {stamp} AND Id > {SoqlText.Quote(id)}))"
            : throw new ArgumentException($"No record id: '{after.RecordId}'.", nameof(query));
        }
        if (query.Before is { } before)
            yield return $"{Stamp} < {SoqlText.Stamp(before)}";
    }

    private static string Write(RecordQuery query, FieldCondition condition)
    {
        var field = Field(query, condition.Field);
        var name = SoqlText.Name(field.Name);
        return condition.Comparison switch
        {
            FieldComparison.IsEmpty => $"{name} = null",
            FieldComparison.IsNotEmpty => $"{name} != null",
            // No list of flags is taken.
            FieldComparison.Is when condition.Values.Count == 1 => $"{name} = {One()}",
            FieldComparison.IsNot when condition.Values.Count == 1 => $"{name} != {One()}",
            FieldComparison.Is => $"{name} IN ({All()})",
            FieldComparison.IsNot => $"{name} NOT IN ({All()})",
            FieldComparison.Below => $"{name} < {One()}",
            FieldComparison.AtMost => $"{name} <= {One()}",
            FieldComparison.Above => $"{name} > {One()}",
            FieldComparison.AtLeast => $"{name} >= {One()}",
            FieldComparison.StartsWith => $"{name} LIKE {Short(SoqlText.Pattern(Single(), anywhere: false))}",
            FieldComparison.Contains => $"{name} LIKE {Short(SoqlText.Pattern(Single(), anywhere: true))}",
            _ => throw new ArgumentOutOfRangeException(nameof(condition)),
        };

        string One() => Value(field, Single());
        string All() =>
            condition.Values.Count > 0
                ? string.Join(',', condition.Values.Select(value => Value(field, value)))
                : throw Unfit(field, "is compared with nothing");
        string Single() =>
            condition.Values.Count == 1
                ? condition.Values[0]
                : throw Unfit(field, "is compared with other than one value");
        string Short(string pattern) =>
            pattern.Length <= SoqlText.LongestText ? pattern : throw Unfit(field, "is compared with too long a text");
    }

    private static string Value(FieldSchema field, string value)
    {
        switch (field.Type)
        {
            case "boolean":
                return bool.TryParse(value, out var flag)
                    ? (flag ? "true" : "false")
                    : throw Unfit(field, "is yes or no");
            case "int" or "double" or "currency" or "percent" or "long":
                return decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? number.ToString(CultureInfo.InvariantCulture)
                    : throw Unfit(field, "is a number");
            case "date":
                return DateOnly.TryParseExact(
                    value,
                    "yyyy-MM-dd",
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.None,
                    out var date
                )
                    ? SoqlText.Date(date)
                    : throw Unfit(field, "is a date");
            case "datetime":
                return SalesforceTime.TryParse(value, out var instant)
                    ? SoqlText.Stamp(instant)
                    : throw Unfit(field, "is an instant");
            default:
                var quoted = SoqlText.Quote(value);
                return quoted.Length <= SoqlText.LongestText
                    ? quoted
                    : throw Unfit(field, "is compared with too long a text");
        }
    }

    private static FieldSchema Field(RecordQuery query, string name) =>
        query.Schema.Find(name) ?? throw SalesforceErrors.NoSuchName(name);

    // Without the value: it is a person's, or may be.
    private static CrmException Unfit(FieldSchema field, string why) =>
        new(
            new CrmFailure(
                "BAD_TYPE",
                FailureClass.Configuration,
                "",
                $"A condition cannot be asked: {field.Name} {why}.",
                "Correct the condition."
            )
            {
                Fields = [field.Name],
            }
        );
}
