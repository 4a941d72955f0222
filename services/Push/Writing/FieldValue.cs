using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadSync.Push.Writing;

/// <summary>Values of CRM fields, as JSON.</summary>
public static partial class FieldValue
{
    public static readonly JsonElement Null = JsonElement.Parse("null");

    /// <summary>CRMs keep no empty text: nothing, empty and blank are the same to them.</summary>
    public static bool IsEmpty(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined
        || (value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString()));

    /// <summary>
    /// Whether the CRM would hold the same after writing one over the other. It trims text, and writes instants with an
    /// offset of its own (<c>+0000</c>), so neither is a difference.
    /// </summary>
    public static bool Same(JsonElement one, JsonElement other)
    {
        if (IsEmpty(one) || IsEmpty(other))
            return IsEmpty(one) && IsEmpty(other);
        if (one.ValueKind == JsonValueKind.String && other.ValueKind == JsonValueKind.String)
            return SameText(one.GetString()!.Trim(), other.GetString()!.Trim());
        return one.ValueKind == JsonValueKind.Number && other.ValueKind == JsonValueKind.Number
            ? one.GetDecimal() == other.GetDecimal()
            : JsonElement.DeepEquals(one, other);
    }

    /// <summary>What the CRM holds of a multi-select picklist, and after it those of the wanted values that it lacks.</summary>
    public static JsonElement Added(JsonElement held, JsonElement wanted)
    {
        if (IsEmpty(held) || IsEmpty(wanted))
            return IsEmpty(wanted) ? held : wanted;
        var there = Values(held);
        var added = Values(wanted).Except(there, StringComparer.Ordinal).ToList();
        return added.Count == 0 ? held : JsonSerializer.SerializeToElement(string.Join(';', [.. there, .. added]));
    }

    /// <summary>A value as a condition names it: a text as it is, a number or a checkbox as JSON writes it, nothing as an empty text.</summary>
    public static string Text(JsonElement value) =>
        IsEmpty(value) ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : value.GetRawText();

    private static List<string> Values(JsonElement multiSelect) =>
        [
            .. multiSelect
                .GetString()!
                .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        ];

    private static bool SameText(string one, string other) =>
        string.Equals(one, other, StringComparison.Ordinal)
        || (Instant(one) is { } first && Instant(other) is { } second && first == second);

    private static DateTimeOffset? Instant(string text) =>
        InstantPattern().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : null;

    [GeneratedRegex(
        @"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        100
    )]
    private static partial Regex InstantPattern();
}
