using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Sources;

/// <summary>Pure: whether a captured value fits a lead field, and what type an undeclared field seems to have.</summary>
public static partial class FieldTypes
{
    private const int LongerIsLong = 255;

    /// <summary>Why a value does not fit, without the value; null when it does. Cleared and blank values always do.</summary>
    public static string? Misfit(JsonElement value, LeadField field)
    {
        if (value.ValueKind == JsonValueKind.Null || (Text(value) is { } text && text.Length == 0))
            return null;
        if (value.ValueKind == JsonValueKind.Array && field.Type != FieldType.MultiChoice)
            return "is a list";
        return field.Type switch
        {
            FieldType.Number => value.ValueKind == JsonValueKind.Number || IsNumber(Text(value))
                ? null
                : "is no number",
            FieldType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False || IsTruth(Text(value))
                ? null
                : "is neither true nor false",
            FieldType.Date => Text(value) is { } date && LeadCondition.Instant(date) is not null
                ? null
                : "is no date as 2026-01-31",
            FieldType.DateTime => Text(value) is { } instant && LeadCondition.Instant(instant) is not null
                ? null
                : "is no instant as 2026-01-31T09:30:00Z",
            FieldType.Choice => Text(value) is { } choice && IsKnown(choice, field)
                ? null
                : "is none of the field's values",
            FieldType.MultiChoice => Entries(value).All(entry => IsKnown(entry, field))
                ? null
                : "has an entry that is none of the field's values",
            FieldType.Email => Text(value) is { } email && EmailPattern().IsMatch(email) ? null : "is no email address",
            FieldType.Phone => value.ValueKind == JsonValueKind.Number || (Text(value) is { } phone && IsPhone(phone))
                ? null
                : "is no phone number",
            FieldType.Url => Text(value) is { } url && UrlPattern().IsMatch(url) ? null : "is no web address",
            FieldType.Conversation => "is made of the lead's turns, not captured",
            _ => null,
        };
    }

    /// <summary>The type that a value seems to have; null where it shows none.</summary>
    public static FieldType? Infer(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return FieldType.Number;
            case JsonValueKind.True or JsonValueKind.False:
                return FieldType.Boolean;
            case JsonValueKind.Array:
                return FieldType.MultiChoice;
            case JsonValueKind.String when Text(value) is { Length: > 0 } text:
                return text.Length > LongerIsLong || text.Contains('\n', StringComparison.Ordinal) ? FieldType.LongText
                    : LeadCondition.Instant(text) is not null
                        ? text.Length == 10 ? FieldType.Date
                            : FieldType.DateTime
                    : EmailPattern().IsMatch(text) ? FieldType.Email
                    : text.StartsWith("http", StringComparison.OrdinalIgnoreCase) && UrlPattern().IsMatch(text)
                        ? FieldType.Url
                    : text[0] == '+' && IsPhone(text) ? FieldType.Phone
                    : FieldType.Text;
            default:
                return null;
        }
    }

    /// <summary>The type that holds the values of both.</summary>
    public static FieldType Both(FieldType one, FieldType other) =>
        one == other ? one
        : one == FieldType.LongText || other == FieldType.LongText ? FieldType.LongText
        : (one, other) is (FieldType.Date, FieldType.DateTime) or (FieldType.DateTime, FieldType.Date)
            ? FieldType.DateTime
        : FieldType.Text;

    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Trim(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };

    private static IEnumerable<string> Entries(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(entry => entry.GetString()!.Trim())
            : [Text(value) ?? ""];

    private static bool IsKnown(string entry, LeadField field) =>
        entry.Length == 0 || field.Values.Contains(entry, StringComparer.OrdinalIgnoreCase);

    private static bool IsNumber(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool IsTruth(string? text) =>
        text is not null
        && (
            text.Equals("true", StringComparison.OrdinalIgnoreCase)
            || text.Equals("false", StringComparison.OrdinalIgnoreCase)
        );

    private static bool IsPhone(string text) =>
        PhonePattern().IsMatch(text) && text.Count(char.IsDigit) is >= 4 and <= 20;

    [GeneratedRegex(@"^[^\s@]+@[^\s@]+\.[^\s@.]+$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex EmailPattern();

    // With an extension: "x 12", "ext. 12".
    [GeneratedRegex(
        @"^\+?[\d\s().\-/]+((x|ext\.?)\s*\d+)?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        100
    )]
    private static partial Regex PhonePattern();

    [GeneratedRegex(
        @"^(https?://)?[^\s/?#.]+(\.[^\s/?#.]+)+([/?#]\S*)?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        100
    )]
    private static partial Regex UrlPattern();
}
