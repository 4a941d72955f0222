using System.Globalization;
using System.Text;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// The parts of a full name, found by the order of its words. Names do not tell which word is which, so this is right for most
/// names that were written given name first, and wrong for some: of two family names the first is taken for a given name
/// (<c>Gabriel García Márquez</c>), and a name written family name first without a comma is taken the other way round,
/// unless it is in Chinese, Japanese or Korean letters.
/// </summary>
/// <param name="First">All given names; null where there is one word only.</param>
/// <param name="Last">Never missing: what stands alone is the family name, for a CRM asks for that.</param>
public sealed record PersonName(string? Salutation, string? First, string Last, string? Suffix)
{
    /// <summary>Null where there is nothing but blanks and commas.</summary>
    public static PersonName? Read(string text)
    {
        var parts = CollapseSpaces
            .Collapse(text)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToList();
        if (parts.Count == 0)
            return null;

        var suffixes = new List<string>();
        while (parts.Count > 1 && parts[^1].Split(' ').All(IsSuffix))
        {
            suffixes.Insert(0, parts[^1]);
            parts.RemoveAt(parts.Count - 1);
        }
        // "Last, First": each half has its own words around the name.
        var family = parts.Count > 1 ? Words(parts[0]) : null;
        var words = family is null ? Words(parts[0]) : Words(string.Join(' ', parts.Skip(1)));
        var salutations = TakeSalutations(family is null || family.Count < 2 ? words : family, keep: 1);
        if (family is not null && salutations.Count == 0)
            salutations = TakeSalutations(words, keep: 0);
        var trailing = TakeSuffixes(words, keep: family is null ? 1 : 0);
        if (family is not null)
            trailing = [.. TakeSuffixes(family, keep: 1), .. trailing];

        var (first, last) = family is null ? Split(words) : (string.Join(' ', words), string.Join(' ', family));
        return new PersonName(
            OrNull(string.Join(' ', salutations)),
            OrNull(first),
            last,
            OrNull(string.Join(", ", trailing.Concat(suffixes)))
        );
    }

    private static (string First, string Last) Split(List<string> words)
    {
        if (words.Count == 1)
            return ("", words[0]);
        // Written in these letters, the family name stands first.
        if (words.TrueForAll(IsEastAsian))
            return (string.Join(' ', words.Skip(1)), words[0]);
        var begin = words.Count - 1;
        for (var i = 0; i < words.Count - 1; i++)
        {
            if (IsParticle(words[i], i))
            {
                begin = i;
                break;
            }
        }
        return (string.Join(' ', words.Take(begin)), string.Join(' ', words.Skip(begin)));
    }

    // Capitalised, a first word is a given name: Al Pacino, Van Morrison, Della Reese.
    private static bool IsParticle(string word, int at) =>
        at == 0
            ? NameWords.Particles.Contains(word)
            : NameWords.Particles.Contains(Small(word)) || Small(word) is "st." or "saint";

    private static List<string> Words(string text) => [.. text.Split(' ')];

    private static List<string> TakeSalutations(List<string> words, int keep)
    {
        var taken = words
            .TakeWhile((word, at) => at < words.Count - keep && NameWords.Salutations.Contains(Plain(word)))
            .ToList();
        words.RemoveRange(0, taken.Count);
        return taken;
    }

    private static List<string> TakeSuffixes(List<string> words, int keep)
    {
        var taken = new List<string>();
        while (words.Count > keep && IsSuffix(words[^1]))
        {
            taken.Insert(0, words[^1]);
            words.RemoveAt(words.Count - 1);
        }
        return taken;
    }

    private static bool IsSuffix(string word) =>
        NameWords.Suffixes.Contains(Plain(word))
        || NameWords.CapitalSuffixes.Contains(word.Replace(".", "", StringComparison.Ordinal));

    private static string Plain(string word) => Small(word.Replace(".", "", StringComparison.Ordinal));

#pragma warning disable CA1308 // The words that are looked for are in small letters.
    private static string Small(string word) => word.ToLowerInvariant();
#pragma warning restore CA1308

    private static bool IsEastAsian(string word) =>
        word.EnumerateRunes()
            .All(rune =>
                Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
                && rune.Value
                    is (>= 0x3005 and <= 0x30FF)
                        or (>= 0x3400 and <= 0x9FFF)
                        or (>= 0xAC00 and <= 0xD7A3)
                        or (>= 0xF900 and <= 0xFAFF)
                        or (>= 0x20000 and <= 0x3FFFF)
            );

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
