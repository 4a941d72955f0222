using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary>How a country or state is to be written.</summary>
public enum PlaceForm
{
    Code,

    /// <summary>Of three letters; countries only.</summary>
    LongCode,
    Name,
}

/// <summary><c>country</c>: a country's name or code as its code or name. What is no country stays as it is.</summary>
public sealed record NameCountry(PlaceForm To) : Transform
{
    public override string Name => "country";

    public override JsonNode? Options() =>
        To switch
        {
            PlaceForm.Code => "code",
            PlaceForm.LongCode => "code3",
            _ => "name",
        };

    public override Transformed Apply(JsonElement value, Destination destination) =>
        EachText(
            value,
            text =>
                Countries.Find(text) is not { } country ? text
                : To == PlaceForm.Code ? country.Code
                : To == PlaceForm.LongCode ? country.LongCode
                : country.Name
        );
}

/// <summary>
/// <c>state</c>: a state's name or code as its code or name. Without its country none is certain (WA is one in the United
/// States and one in Australia), and what is no state of that country stays as it is.
/// </summary>
public sealed record NameState(PlaceForm To, CountryOfLead Country) : Transform
{
    public override string Name => "state";

    public override JsonNode? Options() => Country.Write(To == PlaceForm.Code ? "code" : "name");

    public override IEnumerable<string> LeadFields => Country.LeadFields;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        var country = Country.Of(destination.Lead);
        return EachText(
            value,
            text =>
                country is null || States.Find(country, text) is not { } state ? text
                : To == PlaceForm.Code ? state.Code
                : state.Name
        );
    }
}
