namespace LeadSync.CrmSimulator.Data;

/// <summary>
/// Record ids as the CRM gives them: three characters that name the object, two for the org's home, a zero, a base-62
/// number; in the long form three more that hold which letters are capitals, so that the long form survives a loss of case.
/// </summary>
public static class RecordId
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Checksums = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    /// <summary>Makes the long id of the <paramref name="number"/>-th record of an object in an org.</summary>
    public static string Make(string prefix, string pod, long number) => ToLong($"{prefix}{pod}0{Base62(number, 9)}");

    /// <summary>The number that <see cref="Make"/> put into an id.</summary>
    public static long NumberOf(string id)
    {
        long number = 0;
        foreach (var c in id.AsSpan(6, 9))
            number = number * 62 + Digits.IndexOf(c, StringComparison.Ordinal);
        return number;
    }

    /// <summary>Takes 15 characters (case matters) or 18 (case is mended from the checksum) and gives the 18.</summary>
    /// <returns>False when the text is no id: wrong length, other characters, or a checksum that does not fit.</returns>
    public static bool TryRead(string? text, out string id)
    {
        id = "";
        if (text is null || (text.Length != 15 && text.Length != 18) || !text.All(char.IsAsciiLetterOrDigit))
            return false;
        if (text.Length == 15)
        {
            id = ToLong(text);
            return true;
        }

        Span<char> mended = stackalloc char[15];
        for (var i = 0; i < 15; i++)
        {
            var bits = Checksums.IndexOf(char.ToUpperInvariant(text[15 + i / 5]), StringComparison.Ordinal);
            if (bits < 0)
                return false;
            var capital = (bits >> (i % 5) & 1) == 1;
            if (capital && !char.IsAsciiLetter(text[i]))
                return false;
            mended[i] = capital ? char.ToUpperInvariant(text[i]) : char.ToLowerInvariant(text[i]);
        }

        id = ToLong(new string(mended));
        return true;
    }

    public static string ToLong(string shortId)
    {
        Span<char> checksum = stackalloc char[3];
        for (var block = 0; block < 3; block++)
        {
            var bits = 0;
            for (var i = 0; i < 5; i++)
            {
                if (char.IsAsciiLetterUpper(shortId[block * 5 + i]))
                    bits |= 1 << i;
            }

            checksum[block] = Checksums[bits];
        }

        return string.Concat(shortId, checksum);
    }

    internal static string Base62(long number, int width)
    {
        Span<char> text = stackalloc char[width];
        for (var i = width - 1; i >= 0; i--, number /= 62)
            text[i] = Digits[(int)(number % 62)];
        return new string(text);
    }
}
