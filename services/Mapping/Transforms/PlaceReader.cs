using System.Text.Json;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Transforms;

/// <summary>Reads the steps that may need to know a country: a word alone, or <c>to</c> with the country.</summary>
internal static class PlaceReader
{
    public static (T To, CountryOfLead Country)? Read<T>(
        StepOptions options,
        params ReadOnlySpan<(string Word, T Meaning)> words
    )
        where T : struct
    {
        if (options.Node is not { ValueKind: JsonValueKind.Object })
            return options.Choice(words) is { } alone ? (alone, new CountryOfLead(null, null)) : null;
        if (!options.Members("to", "country", "countryFrom"))
            return null;
        var to = options.Member("to") is { } member
            ? options.Choice(member.Node, member.Path, words)
            : Missing(options, words);
        var from = options.Member("countryFrom") is { } lead
            ? LeadFields.Read(options.Reader, lead.Node!.Value, lead.Path)
            : null;
        return to is null ? null : (to.Value, new CountryOfLead(Stated(options), from));
    }

    private static T? Missing<T>(StepOptions options, ReadOnlySpan<(string Word, T Meaning)> words)
        where T : struct
    {
        options.Fault("to", "is missing", $"Say to: {words[0].Word}.");
        return null;
    }

    private static string? Stated(StepOptions options)
    {
        if (options.Member("country") is not { } member)
            return null;
        if (
            member.Node!.Value.ValueKind == JsonValueKind.String
            && Countries.Find(member.Node.Value.GetString()!) is { } country
        )
            return country.Code;
        member.Fault("is no country", "Use a code of ISO 3166-1, as DE, or the country's English name.");
        return null;
    }
}
