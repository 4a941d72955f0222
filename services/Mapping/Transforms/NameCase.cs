using System.Collections.Frozen;
using System.Text;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// The case of people's names. Only words written wholly in capitals or wholly in small letters are changed, and only those
/// in Latin letters: whoever wrote <c>DeVito</c>, <c>MacLeod</c> or <c>van 't Hoff</c> knew how it is spelt.
/// </summary>
public static class NameCase
{
    // Of the many names in Mac, those that are usually written with a second capital. Macey, Mack and Machado are not.
    private static readonly FrozenSet<string> AfterMac = (
        "alister allister arthur aulay beth callum cormac donald donnell dougall dowell duff ewan farlane "
        + "gregor innes intosh intyre iver kay kenna kenzie kinnon lachlan laren lean lellan leod millan nab "
        + "naughton neil neill pherson quarrie rae taggart tavish"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Suffixes = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["ii"] = "II",
        ["iii"] = "III",
        ["iv"] = "IV",
        ["vi"] = "VI",
        ["vii"] = "VII",
        ["viii"] = "VIII",
        ["phd"] = "PhD",
        ["ph.d."] = "Ph.D.",
        ["md"] = "MD",
        ["mba"] = "MBA",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string Of(string name)
    {
        var written = new StringBuilder(name.Length);
        var isFirst = true;
        for (var at = 0; at < name.Length; )
        {
            var end = at;
            while (end < name.Length && !char.IsWhiteSpace(name[end]))
                end++;
            if (end > at)
            {
                written.Append(Word(name[at..end], isFirst));
                isFirst = false;
            }
            else
                written.Append(name[end++]);
            at = end;
        }
        return written.ToString();
    }

    private static string Word(string word, bool isFirst)
    {
        if (!IsLatin(word) || IsMixed(word))
            return word;
#pragma warning disable CA1308 // The small letters of a name.
        var small = word.ToLowerInvariant();
#pragma warning restore CA1308
        if (!isFirst && NameWords.Particles.Contains(small))
            return small;
        if (!isFirst && Suffixes.TryGetValue(small.TrimEnd(','), out var suffix))
            return suffix + small[small.TrimEnd(',').Length..];
        return string.Join('-', small.Split('-').Select(Part));
    }

    private static string Part(string part)
    {
        // O'Brien, D'Angelo and L'Heureux, but not Jane's.
        var apostrophe = part.IndexOfAny(['\'', '\u2019']);
        if (apostrophe == 1 && part.Length > 3)
            return Capital(part[..2]) + Capital(part[2..]);
        if (part.Length > 3 && part.StartsWith("mc", StringComparison.Ordinal))
            return "Mc" + Capital(part[2..]);
        if (part.StartsWith("mac", StringComparison.Ordinal) && AfterMac.Contains(part[3..]))
            return "Mac" + Capital(part[3..]);
        return Capital(part);
    }

    // The first letter, wherever it stands, and each after a dot: (Anna), J.R.
    private static string Capital(string part)
    {
        var written = part.ToCharArray();
        var isNext = true;
        for (var i = 0; i < written.Length; i++)
        {
            if (char.IsLetter(written[i]))
            {
                if (isNext)
                    written[i] = char.ToUpperInvariant(written[i]);
                isNext = false;
            }
            else if (written[i] == '.')
                isNext = true;
        }
        return new string(written);
    }

    private static bool IsMixed(string word) => word.Any(char.IsUpper) && word.Any(char.IsLower);

    private static bool IsLatin(string word) =>
        word.All(letter =>
            !char.IsSurrogate(letter)
            && (!char.IsLetter(letter) || letter is <= '\u024F' or (>= '\u1E00' and <= '\u1EFF'))
        );
}
