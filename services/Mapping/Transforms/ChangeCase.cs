using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary><c>case</c>: <c>upper</c>, <c>lower</c>, or <c>name</c> (<see cref="NameCase"/>).</summary>
public sealed record ChangeCase(LetterCase To) : Transform
{
    public override string Name => "case";

    public override JsonNode? Options() =>
        To switch
        {
            LetterCase.Upper => "upper",
            LetterCase.Lower => "lower",
            _ => "name",
        };

    public override Transformed Apply(JsonElement value, Destination destination) => EachText(value, Change);

#pragma warning disable CA1308 // Lower case is what is asked for.
    private string Change(string text) =>
        To switch
        {
            LetterCase.Upper => text.ToUpperInvariant(),
            LetterCase.Lower => text.ToLowerInvariant(),
            _ => NameCase.Of(text),
        };
#pragma warning restore CA1308
}

public enum LetterCase
{
    Upper,
    Lower,
    Name,
}
