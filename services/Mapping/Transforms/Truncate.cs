using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary><c>truncate</c>: cuts a text that is too long, and says so.</summary>
/// <param name="Length">In characters as the CRM counts them; null: the CRM field's length, where that has one.</param>
public sealed record Truncate(int? Length) : Transform
{
    public override string Name => "truncate";

    public override JsonNode? Options() => Length;

    public override bool Takes(ContentKind given) => given is ContentKind.Text;

    public override ContentKind? Gives(ContentKind? given) => given ?? ContentKind.Text;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        var most = Length ?? destination.Field.Length;
        if (value.ValueKind != JsonValueKind.String || most <= 0)
            return new Transformed.Value(value);
        var text = value.GetString()!.Trim();
        if (text.Length <= most)
            return new Transformed.Value(value);
        var cut = TextCut.Begin(text, most);
        return new Transformed.Value(
            Contents.Of(cut),
            new Remark(
                Remark.Truncated,
                string.Create(CultureInfo.InvariantCulture, $"Cut to {cut.Length} of {text.Length} characters.")
            )
        );
    }
}
