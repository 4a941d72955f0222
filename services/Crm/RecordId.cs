using System.Diagnostics.CodeAnalysis;

namespace LeadSync.Crm;

/// <summary>
/// Salesforce record ids. The short form has 15 characters whose case matters; the long form adds three that tell
/// which of them are capitals, so that it survives systems that lose case. Both name the same record.
/// </summary>
public static class RecordId
{
    private const int Short = 15;
    private const int Long = 18;
    private const int Third = 5;
    private const string Checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    /// <summary>
    /// Gives the long form of an id, with the case its last three characters ask for. False when the text can be no id.
    /// </summary>
    public static bool TryLengthen([NotNullWhen(true)] string? text, [NotNullWhen(true)] out string? longId)
    {
        longId = null;
        if (text is not { Length: Short or Long })
            return false;
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character))
                return false;
        }

        Span<char> id = stackalloc char[Long];
        text.CopyTo(id);
        if (text.Length == Long && !Recase(id))
            return false;
        for (var third = 0; third < 3; third++)
            id[Short + third] = Check(id.Slice(third * Third, Third));
        longId = text.AsSpan().SequenceEqual(id) ? text : new string(id);
        return true;
    }

    /// <summary>Whether two texts name the same record, whichever form each has. A text that can be no id equals nothing.</summary>
    public static bool Same(string? one, string? other) =>
        TryLengthen(one, out var first)
        && TryLengthen(other, out var second)
        && string.Equals(first, second, StringComparison.Ordinal);

    private static bool Recase(Span<char> id)
    {
        for (var third = 0; third < 3; third++)
        {
            var capitals = Checks.IndexOf(char.ToUpperInvariant(id[Short + third]), StringComparison.Ordinal);
            if (capitals < 0)
                return false;
            for (var place = 0; place < Third; place++)
            {
                ref var character = ref id[(third * Third) + place];
                var capital = (capitals & (1 << place)) != 0;
                if (capital && !char.IsAsciiLetter(character))
                    return false;
                character = capital ? char.ToUpperInvariant(character) : char.ToLowerInvariant(character);
            }
        }
        return true;
    }

    private static char Check(ReadOnlySpan<char> third)
    {
        var capitals = 0;
        for (var place = 0; place < Third; place++)
        {
            if (char.IsAsciiLetterUpper(third[place]))
                capitals |= 1 << place;
        }
        return Checks[capitals];
    }
}
