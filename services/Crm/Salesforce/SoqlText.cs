using System.Globalization;
using System.Text;

namespace LeadSync.Crm.Salesforce;

/// <summary>How SOQL writes names and values. Whatever stands in a query comes through here.</summary>
public static class SoqlText
{
    /// <summary>The longest query that Salesforce reads, in characters.</summary>
    public const int LongestQuery = 100_000;

    /// <summary>The longest text in a condition, in characters, with its quotes and escapes.</summary>
    public const int LongestText = 4_000;

    /// <summary>Whether a text can be the API name of an object or a field: a letter, then letters, digits and underscores.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 255
        && char.IsAsciiLetter(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    /// <summary>The name as it is.</summary>
    /// <exception cref="ArgumentException">It can be no API name.</exception>
    public static string Name(string text) =>
        IsName(text) ? text : throw new ArgumentException($"No API name of Salesforce: '{text}'.", nameof(text));

    /// <summary>A field by its API name, or with points between the field of a related record, as <c>Profile.Name</c>.</summary>
    /// <exception cref="ArgumentException">It has a part that can be no API name.</exception>
    public static string Path(string text) => string.Join('.', text.Split('.').Select(Name));

    /// <summary>How a query begins.</summary>
    /// <param name="fields">As <see cref="Path"/> takes them.</param>
    /// <exception cref="ArgumentException">A name that can be no API name.</exception>
    public static string Select(IEnumerable<string> fields, string @object) =>
        $"SELECT {string.Join(',', fields.Select(Path))} FROM {Name(@object)}";

    /// <summary>In which order a query's rows come.</summary>
    public static string OrderBy(params IEnumerable<string> fields) =>
        $" ORDER BY {string.Join(',', fields.Select(Path))}";

    /// <summary>A text, in quotes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('\'');
        foreach (var character in text)
            Append(quoted, character);
        return quoted.Append('\'').ToString();
    }

    /// <summary>A pattern that a text matches when it has the given one in it; what LIKE would take for a wildcard stands for itself.</summary>
    /// <param name="anywhere">Anywhere in it, or else at its beginning.</param>
    public static string Pattern(string text, bool anywhere)
    {
        var quoted = new StringBuilder(text.Length + 4).Append('\'').Append(anywhere ? "%" : "");
        foreach (var character in text)
        {
            if (character is '_' or '%')
                quoted.Append('\\');
            Append(quoted, character);
        }
        return quoted.Append("%'").ToString();
    }

    /// <summary>An instant, in UTC and whole seconds.</summary>
    public static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>An instant, in UTC, with the milliseconds that a stamp may have.</summary>
    public static string Stamp(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void Append(StringBuilder quoted, char character) =>
        _ = character switch
        {
            '\\' => quoted.Append(@"\\"),
            '\'' => quoted.Append(@"\'"),
            '\n' => quoted.Append(@"\n"),
            '\r' => quoted.Append(@"\r"),
            '\t' => quoted.Append(@"\t"),
            '\b' => quoted.Append(@"\b"),
            '\f' => quoted.Append(@"\f"),
            _ when char.IsControl(character) || character is '\u2028' or '\u2029' => quoted.Append(
                CultureInfo.InvariantCulture,
                $@"\u{(int)character:X4}"
            ),
            _ => quoted.Append(character),
        };
}
