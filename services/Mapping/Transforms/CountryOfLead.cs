using System.Text.Json.Nodes;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Transforms;

/// <summary>The country that a value is of: what a lead field says, else one that is stated.</summary>
/// <param name="Stated">Its code of two letters; null: none is.</param>
/// <param name="From">A lead field that holds a country's code or name; null: none does.</param>
public sealed record CountryOfLead(string? Stated, string? From)
{
    public IEnumerable<string> LeadFields => From is null ? [] : [From];

    /// <summary>The code of two letters; null where nothing says it with certainty.</summary>
    public string? Of(LeadToMap lead)
    {
        if (From is null)
            return Stated;
        var said = lead.Value(From) is { } value ? Contents.Text(value.Value) : "";
        // A country that we do not know is not the stated one.
        return said.Length == 0 ? Stated : Countries.Find(said)?.Code;
    }

    /// <param name="to">What is to be made.</param>
    public JsonNode Write(string to)
    {
        if (Stated is null && From is null)
            return to;
        var options = new JsonObject { ["to"] = to };
        if (Stated is not null)
            options["country"] = Stated;
        if (From is not null)
            options["countryFrom"] = From;
        return options;
    }
}
