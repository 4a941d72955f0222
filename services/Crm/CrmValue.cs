using System.Globalization;
using System.Text.Json;
using LeadSync.Crm.Salesforce;

namespace LeadSync.Crm;

/// <summary>Reads the values of <see cref="CrmRecord.Fields"/> that JSON has no type for.</summary>
public static class CrmValue
{
    /// <summary>A day without a time of day, as in fields of type <c>date</c>: <c>2026-07-01</c>.</summary>
    public static DateOnly? AsDate(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
        && DateOnly.TryParseExact(
            value.GetString(),
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var date
        )
            ? date
            : null;

    /// <summary>An instant, as in fields of type <c>datetime</c>: <c>2026-07-01T10:00:00.000+0000</c>; with a colon or <c>Z</c> too.</summary>
    public static DateTimeOffset? AsInstant(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && SalesforceTime.TryParse(value.GetString(), out var instant)
            ? instant
            : null;
}
