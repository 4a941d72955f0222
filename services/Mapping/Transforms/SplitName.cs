using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary><c>splitName</c>: one part of a full name, as <see cref="PersonName"/> finds it.</summary>
public sealed record SplitName(NamePart Part) : Transform
{
    public override string Name => "splitName";

#pragma warning disable CA1308 // Settings write it in small letters.
    public override JsonNode? Options() => Part.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    public override bool Takes(ContentKind given) => given is ContentKind.Text;

    public override ContentKind? Gives(ContentKind? given) => ContentKind.Text;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        if (PersonName.Read(Contents.Text(value)) is not { } name)
            return new Transformed.None();
        var part = Part switch
        {
            NamePart.First => name.First,
            NamePart.Last => name.Last,
            NamePart.Salutation => name.Salutation,
            _ => name.Suffix,
        };
        return Is(part ?? "");
    }
}

public enum NamePart
{
    First,
    Last,
    Salutation,
    Suffix,
}
