using System.Globalization;
using System.Text.Json;

namespace LeadSync.Mapping.Transforms;

/// <summary>Values of lead fields as texts, and texts as values.</summary>
public static class Contents
{
    public static JsonElement Of(string text) => JsonSerializer.SerializeToElement(text);

    /// <summary>A value in one line of text, without space around it; empty where there is none.</summary>
    public static string Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Trim(),
            JsonValueKind.Number => value.GetDecimal().ToString(CultureInfo.InvariantCulture),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Array => string.Join(
                "; ",
                Entries(value).Select(entry => entry.Trim()).Where(entry => entry.Length > 0)
            ),
            _ => "",
        };

    /// <summary>The texts of a list.</summary>
    public static IEnumerable<string> Entries(JsonElement list) =>
        list.EnumerateArray().Select(entry => entry.GetString() ?? "");
}
