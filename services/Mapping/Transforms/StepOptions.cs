using System.Text.Json;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Transforms;

/// <summary>What a step needs, as settings give it.</summary>
/// <param name="Node">Null where the step's name stands alone.</param>
/// <param name="Path">The step's.</param>
internal sealed record StepOptions(SettingReader Reader, JsonElement? Node, string Path)
{
    public const int MostCharacters = 200;
    private const int MostEntries = 100;

    public bool IsAbsent => Node is null or { ValueKind: JsonValueKind.Null };

    public void Fault(string reason, string fix) => Reader.Fault(Path, reason, fix);

    public void Fault(string member, string reason, string fix) =>
        Reader.Fault(SettingReader.Join(Path, member), reason, fix);

    /// <summary>A step that needs nothing.</summary>
    public Transform? None(Transform step)
    {
        if (IsAbsent)
            return step;
        Fault("needs nothing beside its name", $"Write {step.Name} alone.");
        return null;
    }

    /// <summary>Checks the members of a step whose name may stand alone.</summary>
    public bool Members(params ReadOnlySpan<string> known) => IsAbsent || Reader.IsObject(Node!.Value, Path, known);

    /// <summary>One of several words.</summary>
    public T? Choice<T>(params ReadOnlySpan<(string Word, T Meaning)> words)
        where T : struct => Choice(Node, Path, words);

    public T? Choice<T>(JsonElement? node, string path, ReadOnlySpan<(string Word, T Meaning)> words)
        where T : struct
    {
        var known = new List<string>();
        foreach (var (word, meaning) in words)
        {
            if (node is { ValueKind: JsonValueKind.String } given && given.ValueEquals(word))
                return meaning;
            known.Add(word);
        }
        Reader.Fault(path, "is none of the words that are known here", $"Use one of: {string.Join(", ", known)}.");
        return null;
    }

    /// <summary>A text that may be blank, as between joined entries.</summary>
    public string? Text()
    {
        if (
            Node is { ValueKind: JsonValueKind.String } given
            && given.GetString() is { Length: <= MostCharacters } text
        )
            return text;
        Fault($"is no text of at most {MostCharacters} characters", "Give a text, in quotes.");
        return null;
    }

    public int? Length()
    {
        if (
            Node is { ValueKind: JsonValueKind.Number } given
            && given.TryGetInt32(out var length)
            && length is >= 1 and <= 200_000
        )
            return length;
        Fault("is no length", "Give a whole number of characters from 1 to 200000.");
        return null;
    }

    public int? MemberLength(string name) => Member(name) is { } member ? member.Length() : null;

    public bool? Flag(string name) => IsAbsent ? null : Reader.Flag(Node!.Value, Path, name);

    /// <summary>A list of texts; empty where it is not given, null where it is something else.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Member(name) is not { } member)
            return [];
        if (
            member.Node!.Value.ValueKind == JsonValueKind.Array
            && member.Node.Value.GetArrayLength() <= MostEntries
            && member.Node.Value.EnumerateArray().All(IsWord)
        )
            return [.. member.Node.Value.EnumerateArray().Select(entry => entry.GetString()!.Trim())];
        member.Fault(
            "is no list of texts",
            $"Give at most {MostEntries} texts in brackets, in quotes where one looks like a number, true or false."
        );
        return null;
    }

    private static bool IsWord(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.String
        && entry.GetString() is { Length: <= MostCharacters } text
        && !string.IsNullOrWhiteSpace(text);

    public TimeZoneInfo? Zone()
    {
        if (Member("zone") is not { } member)
            return null;
        if (
            member.Node!.Value.ValueKind == JsonValueKind.String
            && member.Node.Value.GetString() is { Length: > 0 } id
            && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
        )
            return zone;
        member.Fault("is no time zone", "Use its name in the tz database, as Europe/Berlin or UTC.");
        return null;
    }

    /// <summary>Nothing is certain of a state without a country.</summary>
    public Transform? Country(NameState step)
    {
        if (step.Country is not { Stated: null, From: null })
            return step;
        Fault(
            "does not say the country, without which no state is certain",
            "Add country: US, or countryFrom: country for a lead field that holds it."
        );
        return null;
    }

    /// <summary>A member with its own path; null where it is not given.</summary>
    public StepOptions? Member(string name) =>
        Node is { ValueKind: JsonValueKind.Object } node && SettingReader.Has(node, name)
            ? new StepOptions(Reader, node.GetProperty(name), SettingReader.Join(Path, name))
            : null;
}
