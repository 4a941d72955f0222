using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadSync.Contracts;

/// <summary>Reads members of a captured item by the rules that all members keep.</summary>
internal static partial class CaptureMembers
{
    // Readers differ in which of two they take; an item must mean the same to everybody.
    public static void CheckNoneTwice(JsonElement element, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Add(property.Name))
                throw new CaptureFault($"{path}{property.Name}", "is there twice");
        }
    }

    public static bool TryArray(JsonElement item, string name, int most, out JsonElement array)
    {
        if (!item.TryGetProperty(name, out array) || array.ValueKind == JsonValueKind.Null)
            return false;
        if (array.ValueKind != JsonValueKind.Array)
            throw new CaptureFault(name, $"is {Kind(array)} where a list is expected");
        if (array.GetArrayLength() > most)
            throw new CaptureFault(name, $"has more than {most} entries");
        return array.GetArrayLength() > 0;
    }

    public static string Required(JsonElement item, string name, int longest, string path) =>
        Text(item, name, longest, $"{path}.{name}") ?? throw new CaptureFault($"{path}.{name}", "is missing");

    public static string? Text(JsonElement item, string name, int longest, string? path = null)
    {
        path ??= name;
        if (!item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new CaptureFault(path, $"is {Kind(value)} where text is expected");
        var text = value.GetString()!;
        CheckText(text, path, longest);
        return text;
    }

    public static DateTimeOffset? Instant(JsonElement item, string name)
    {
        if (Text(item, name, 40) is not { } text)
            return null;
        // Without an offset an instant would mean another one on each machine.
        const DateTimeStyles style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, style, out var instant)
            && OffsetPattern().IsMatch(text)
            ? instant
            : throw new CaptureFault(name, "is not an instant with its offset, as 2026-01-31T09:30:00Z");
    }

    [GeneratedRegex(
        @"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})\z",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex OffsetPattern();

    public static Guid? Id(JsonElement item, string name) =>
        Text(item, name, 64) is not { } text ? null
        : Guid.TryParse(text, out var id) && id != Guid.Empty ? id
        : throw new CaptureFault(name, "is not a UUID");

    public static bool? Flag(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => null,
            _ => throw new CaptureFault(name, $"is {Kind(value)} where true or false is expected"),
        };
    }

    // A trace is a help to people, never a reason to refuse a lead.
    public static string? TraceParent(JsonElement item) =>
        item.TryGetProperty("traceParent", out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: 55 } text
        && TraceParentPattern().IsMatch(text)
            ? text
            : null;

    [GeneratedRegex(@"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\z", RegexOptions.CultureInvariant, Timeout.Infinite)]
    private static partial Regex TraceParentPattern();

    public static void CheckText(string text, string path, int longest)
    {
        if (text.Length > longest)
            throw new CaptureFault(path, $"is longer than {longest} characters");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new CaptureFault(path, "has a NUL character, which no CRM and no database keeps");
        if (!IsWellFormed(text))
            throw new CaptureFault(path, "has half a surrogate pair, which is no character");
    }

    public static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    public static string Kind(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "text",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "true or false",
            _ => "null",
        };
}

/// <summary>Inside the reader only: where and why an item is refused. Never holds a value of the item.</summary>
internal sealed class CaptureFault(string path, string message) : Exception(message)
{
    public string Path { get; } = path;
}
