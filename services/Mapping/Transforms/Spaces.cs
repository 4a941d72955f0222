using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary><c>trim</c>: takes the space around a text away.</summary>
public sealed record TrimSpaces : Transform
{
    public override string Name => "trim";

    public override JsonNode? Options() => null;

    public override Transformed Apply(JsonElement value, Destination destination) =>
        EachText(value, text => text.Trim());
}

/// <summary><c>collapseSpaces</c>: one plain space for each run of white space, line breaks included, and none around.</summary>
public sealed record CollapseSpaces : Transform
{
    public override string Name => "collapseSpaces";

    public override JsonNode? Options() => null;

    public override Transformed Apply(JsonElement value, Destination destination) => EachText(value, Collapse);

    public static string Collapse(string text)
    {
        var collapsed = new StringBuilder(text.Length);
        foreach (var character in text.AsSpan().Trim())
        {
            if (!char.IsWhiteSpace(character))
                collapsed.Append(character);
            else if (collapsed[^1] != ' ')
                collapsed.Append(' ');
        }
        return collapsed.ToString();
    }
}
