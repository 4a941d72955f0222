using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary>How a telephone number is to be written.</summary>
public enum PhoneForm
{
    /// <summary>The digits, and a plus before them where one stands there.</summary>
    Digits,

    /// <summary>+493012345678.</summary>
    E164,
}

/// <summary>
/// <c>phone</c>: a telephone number as its digits, or as E.164 where it is certain what it is. Anything else stays as it
/// was given: with an extension, with letters, of a length that its country has not.
/// </summary>
public sealed record FormatPhone(PhoneForm To, CountryOfLead Country) : Transform
{
    public override string Name => "phone";

    public override JsonNode? Options() => Country.Write(To == PhoneForm.Digits ? "digits" : "e164");

    public override bool Takes(ContentKind given) => given is ContentKind.Text or ContentKind.Number;

    public override ContentKind? Gives(ContentKind? given) => ContentKind.Text;

    public override IEnumerable<string> LeadFields => Country.LeadFields;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        var text = Contents.Text(value);
        if (PhoneNumber.Dialled(text) is not { } dialled)
            return Is(text);
        return Is(
            To == PhoneForm.Digits ? dialled : PhoneNumber.International(dialled, Country.Of(destination.Lead)) ?? text
        );
    }
}
