using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary><c>join</c>: the entries of a list as one text.</summary>
/// <param name="Separator">Between two entries.</param>
public sealed record JoinEntries(string Separator) : Transform
{
    public override string Name => "join";

    public override JsonNode? Options() => Separator;

    public override ContentKind? Gives(ContentKind? given) => ContentKind.Text;

    public override Transformed Apply(JsonElement value, Destination destination) =>
        value.ValueKind == JsonValueKind.Array
            ? Is(
                string.Join(
                    Separator,
                    Contents.Entries(value).Select(entry => entry.Trim()).Where(entry => entry.Length > 0)
                )
            )
            : new Transformed.Value(value);
}
