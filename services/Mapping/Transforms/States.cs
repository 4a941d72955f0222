using System.Collections.Frozen;

namespace LeadSync.Mapping.Transforms;

/// <summary>A state, province or territory.</summary>
/// <param name="Code">As in ISO 3166-2, without the country.</param>
public sealed record State(string Country, string Code, string Name);

/// <summary>States of the countries that are divided so in addresses: US, CA, AU, BR, IN, MX, DE, AT, CH.</summary>
public static class States
{
    private static readonly FrozenDictionary<(string Country, string Name), State> ByName = FactFile
        .Rows("states.txt")
        .SelectMany(row =>
        {
            var state = new State(row[0], row[1], row[2]);
            return row.Skip(1).Select(name => KeyValuePair.Create((row[0], Spelling.Of(name)), state));
        })
        .DistinctBy(name => name.Key)
        .ToFrozenDictionary();

    /// <summary>Null where a text is no state of that country, or none is known of it.</summary>
    /// <param name="country">Its code of two letters.</param>
    public static State? Find(string country, string text)
    {
        var name = Spelling.Of(text);
        // US-CA and CA are the same state of the same country.
        return ByName.GetValueOrDefault((country, name))
            ?? (
                name.StartsWith($"{country} ", StringComparison.OrdinalIgnoreCase)
                    ? ByName.GetValueOrDefault((country, name[(country.Length + 1)..]))
                    : null
            );
    }
}
