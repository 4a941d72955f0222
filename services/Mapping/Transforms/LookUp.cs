using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.References;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// <c>lookup</c>: the id of the record that has a text in one of its fields. The CRM is never asked on the way: what is not
/// known yet is wanted, and the lead waits until it was looked up.
/// </summary>
/// <param name="Object">API name of the record's object.</param>
/// <param name="By">API name of the field: <c>Name</c>, or one that tells records apart.</param>
public sealed record LookUp(string Object, string By) : Transform
{
    /// <summary>The longest text that is looked up, in UTF-16 units: no name and no External Id is longer.</summary>
    public const int LongestValue = 255;

    public override string Name => "lookup";

    public override JsonNode? Options() => new JsonObject { ["object"] = Object, ["by"] = By };

    public override bool Takes(ContentKind given) => given is ContentKind.Text or ContentKind.Number;

    public override ContentKind? Gives(ContentKind? given) => ContentKind.Text;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        var text = Contents.Text(value);
        if (text.Length == 0)
            return new Transformed.None();
        if (text.Length > LongestValue || text.Any(char.IsControl))
            return Nobody("can be nobody's");
        var key = new ReferenceKey(Object, By, text);
        return destination.Lead.Reference(key) switch
        {
            ReferenceCopy.Found(var recordId) => Is(recordId),
            ReferenceCopy.Missing => Nobody("is no record's"),
            ReferenceCopy.Ambiguous => new Transformed.Refused(
                $"is the {By} of more than one {Object}, and none is chosen by chance",
                $"Make it the {By} of one {Object} alone, or look it up by a field that tells them apart; the lead goes on by itself."
            ),
            _ => new Transformed.Wanted(key),
        };
    }

    private Transformed.Refused Nobody(string fact) =>
        new(
            $"{fact} {By} at any {Object} that the connected user sees",
            $"Create that {Object}, change the value at its source, or give the mapping a default; the lead goes on by itself."
        )
        {
            UnlessDefault = true,
        };
}
