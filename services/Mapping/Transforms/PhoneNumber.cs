using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace LeadSync.Mapping.Transforms;

/// <summary>What can be said of a telephone number with certainty, by how numbers are written in its country.</summary>
internal static class PhoneNumber
{
    private sealed record Plan(
        string CallingCode,
        string Abroad,
        string Trunk,
        int Fewest,
        int Most,
        int BareDigits,
        string BareFirst
    )
    {
        public bool Fits(string national) =>
            national.Length >= Fewest
            && national.Length <= Most
            // North America: area code and exchange begin with 2 to 9.
            && (CallingCode != "1" || (national[0] >= '2' && national[3] >= '2'))
            // Where calls to other places begin with a trunk prefix, no number does.
            && (Trunk is "" or "8" or "1" || national[0] != '0');
    }

    private static readonly FrozenDictionary<string, Plan> ByCountry = FactFile
        .Rows("phones.txt")
        .ToFrozenDictionary(row => row[0], Read, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Plan> ByCallingCode = ByCountry
        .Values.DistinctBy(plan => plan.CallingCode, StringComparer.Ordinal)
        .ToFrozenDictionary(plan => plan.CallingCode, StringComparer.Ordinal);

    private static Plan Read(string[] row)
    {
        var bare = row[6].Split(':');
        return new Plan(
            row[1],
            row[2],
            row[3] == "-" ? "" : row[3],
            int.Parse(row[4], CultureInfo.InvariantCulture),
            int.Parse(row[5], CultureInfo.InvariantCulture),
            bare.Length == 2 ? int.Parse(bare[0], CultureInfo.InvariantCulture) : 0,
            bare.Length == 2 ? bare[1] : ""
        );
    }

    /// <summary>
    /// What would be dialled: digits, with a plus before them where one stands there; null where the text is something else,
    /// or more than a number.
    /// </summary>
    public static string? Dialled(string text)
    {
        var dialled = new StringBuilder(text.Length);
        if (text.StartsWith("tel:", StringComparison.OrdinalIgnoreCase))
            text = text[4..];
        // Written for readers abroad and at home at once: +49 (0)30. Not so in Italy, where the zero is part of the number.
        if (text.StartsWith('+') && !text.StartsWith("+39", StringComparison.Ordinal))
            text = text.Replace("(0)", "", StringComparison.Ordinal);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber)
                dialled.Append((int)Rune.GetNumericValue(rune));
            else if (rune.Value is '+' or '\uFF0B' && dialled.Length == 0)
                dialled.Append('+');
            else if (!Rune.IsWhiteSpace(rune) && !IsBetween(rune))
                return null;
        }
        return dialled.Length is 0 or 1 && dialled.ToString() is "" or "+" ? null : dialled.ToString();
    }

    private static bool IsBetween(Rune rune) =>
        rune.Value is '(' or ')' or '.' or '/' or '-' or (>= 0x2010 and <= 0x2015) or 0xFF08 or 0xFF09 or 0xFF0D;

    /// <summary>As E.164 writes it; null where that is not certain.</summary>
    /// <param name="dialled">As <see cref="Dialled"/> gives it.</param>
    /// <param name="country">The code of the country that it was written in, where that is known.</param>
    public static string? International(string dialled, string? country)
    {
        if (dialled[0] == '+')
            return Abroad(dialled[1..]);
        if (country is null || !ByCountry.TryGetValue(country, out var plan))
            return null;
        if (
            dialled.StartsWith(plan.Abroad, StringComparison.Ordinal)
            && Abroad(dialled[plan.Abroad.Length..]) is { } known
        )
            return known;
        if (plan.Trunk.Length == 0)
            return National(plan, dialled);
        if (
            dialled.StartsWith(plan.Trunk, StringComparison.Ordinal)
            && National(plan, dialled[plan.Trunk.Length..]) is { } national
        )
            return national;
        return plan.BareDigits == dialled.Length && plan.BareFirst.Contains(dialled[0], StringComparison.Ordinal)
            ? National(plan, dialled)
            : null;
    }

    private static string? National(Plan plan, string national) =>
        plan.Fits(national) ? $"+{plan.CallingCode}{national}" : null;

    // With its calling code; of a country that we have no plan of, E.164's own limits are what can be held.
    private static string? Abroad(string digits)
    {
        if (digits.Length is < 8 or > 15 || digits[0] == '0')
            return null;
        for (var length = 1; length <= 3; length++)
        {
            if (ByCallingCode.TryGetValue(digits[..length], out var plan))
                return National(plan, digits[length..]);
        }
        return $"+{digits}";
    }
}
