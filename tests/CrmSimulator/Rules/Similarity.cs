using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rules;

/// <summary>How much one record is like another, by a matching rule.</summary>
internal static class Similarity
{
    /// <summary>Names and companies are alike from here on.</summary>
    private const double Alike = 0.8;

    private static readonly string[] FuzzyFields = ["FirstName", "LastName", "Email", "Phone", "Company"];

    public static IReadOnlyList<string> FieldsOf(MatchingRule rule) =>
        rule.Engine == MatchEngine.Fuzzy ? FuzzyFields : rule.Fields ?? [];

    /// <summary>Up to 100; null when the rule does not hold the two for one.</summary>
    public static double? Of(MatchingRule rule, Record one, Record other) =>
        rule.Engine == MatchEngine.Fuzzy ? Fuzzy(one, other)
        : FieldsOf(rule).All(field => Same(Text(one, field), Text(other, field))) ? 100
        : null;

    /// <summary>Alike in name, and the same in address or number, or alike in company.</summary>
    private static double? Fuzzy(Record one, Record other)
    {
        var last = Ratio(Text(one, "LastName"), Text(other, "LastName"));
        var first = Ratio(Text(one, "FirstName"), Text(other, "FirstName"));
        // A missing first name says nothing against it.
        if (last is not >= Alike || first is < Alike)
            return null;
        var same =
            Same(Text(one, "Email"), Text(other, "Email"))
            || Same(Digits(Text(one, "Phone")), Digits(Text(other, "Phone")));
        var company = Ratio(Text(one, "Company"), Text(other, "Company"));
        if (!same && company is not >= Alike)
            return null;
        double[] known = [last.Value, first ?? last.Value, same ? 1 : company!.Value];
        return Math.Round(known.Average() * 100, 1);
    }

    private static string? Text(Record record, string field) => record[field] as string;

    private static bool Same(string? one, string? other) =>
        one is { Length: > 0 } && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string? Digits(string? phone) =>
        phone is null ? null : string.Concat(phone.Where(char.IsAsciiDigit)).TrimStart('0');

    /// <summary>1 for the same, 0 for nothing in common; null when one is missing.</summary>
    private static double? Ratio(string? one, string? other)
    {
        if (one is not { Length: > 0 } || other is not { Length: > 0 })
            return null;
        var (a, b) = (Bare(one), Bare(other));
        var longest = Math.Max(a.Length, b.Length);
        return longest == 0 ? null : 1 - (double)Distance(a, b) / longest;
    }

    /// <summary>Letters and digits in lower case, without the accents of Latin letters.</summary>
    private static string Bare(string text) =>
        string.Concat(text.Where(char.IsLetterOrDigit).Select(c => Plain(char.ToLowerInvariant(c))));

    /// <summary>By a table, because decomposing needs the machine's globalization data.</summary>
    private static char Plain(char letter)
    {
        const string accented = "áàâäãåāąçćčďđéèêëēęěíìîïīłñńňóòôöõøōřśšťúùûüūůýÿźžż";
        const string plain = "aaaaaaaacccddeeeeeeeiiiiilnnnooooooorsstuuuuuuyyzzz";
        var place = accented.IndexOf(letter, StringComparison.Ordinal);
        return place < 0 ? letter : plain[place];
    }

    /// <summary>How many letters must be put in, left out or changed.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var change = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
