using System.Collections.Frozen;

namespace LeadSync.Mapping.Transforms;

/// <summary>A country of ISO 3166-1.</summary>
/// <param name="Code">Of two letters.</param>
/// <param name="LongCode">Of three letters.</param>
/// <param name="Name">The English name that is usual.</param>
public sealed record Country(string Code, string LongCode, string Name);

/// <summary>Countries by their codes and names, in English and, for many, in their own languages.</summary>
public static class Countries
{
    private static readonly FrozenDictionary<string, Country> ByName = FactFile
        .Rows("countries.txt")
        .SelectMany(row =>
        {
            var country = new Country(row[0], row[1], row[2]);
            return row.Select(name => KeyValuePair.Create(Spelling.Of(name), country));
        })
        .DistinctBy(name => name.Key, StringComparer.Ordinal)
        .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All, by code.</summary>
    public static IReadOnlyList<Country> All { get; } =
    [.. ByName.Values.Distinct().OrderBy(country => country.Code, StringComparer.Ordinal)];

    /// <summary>Null where a text is no country's code or name.</summary>
    public static Country? Find(string text) => ByName.GetValueOrDefault(Spelling.Of(text));
}
