using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary><c>boolean</c>: a word as true or false. Words that are stated take the place of the English ones.</summary>
/// <param name="True">Words for true, compared without regard to case; none: true, yes, y, on, 1.</param>
/// <param name="False">Words for false; none: false, no, n, off, 0.</param>
public sealed record ReadBoolean(IReadOnlyList<string> True, IReadOnlyList<string> False) : Transform
{
    private static readonly JsonElement Yes = JsonSerializer.SerializeToElement(true);
    private static readonly JsonElement No = JsonSerializer.SerializeToElement(false);

    private readonly FrozenDictionary<string, JsonElement> _words = Words(True, False);

    public override string Name => "boolean";

    public override JsonNode? Options()
    {
        if (True.Count + False.Count == 0)
            return null;
        return new JsonObject
        {
            ["true"] = new JsonArray([.. True.Select(word => (JsonNode)word)]),
            ["false"] = new JsonArray([.. False.Select(word => (JsonNode)word)]),
        };
    }

    public override bool Takes(ContentKind given) =>
        given is ContentKind.Text or ContentKind.Boolean or ContentKind.Number;

    public override ContentKind? Gives(ContentKind? given) => ContentKind.Boolean;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return new Transformed.Value(value);
        var text = Contents.Text(value);
        if (text.Length == 0)
            return new Transformed.None();
        return _words.TryGetValue(text, out var flag)
            ? new Transformed.Value(flag)
            : new Transformed.Refused(
                "is none of the words for true and false",
                "Add the word to the boolean step's words, or correct it at its source."
            );
    }

    private static FrozenDictionary<string, JsonElement> Words(IReadOnlyList<string> yes, IReadOnlyList<string> no) =>
        (yes.Count == 0 ? ["true", "yes", "y", "on", "1"] : yes)
            .Select(word => (word, Yes))
            .Concat((no.Count == 0 ? ["false", "no", "n", "off", "0"] : no).Select(word => (word, No)))
            .DistinctBy(word => word.word, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(word => word.word, word => word.Item2, StringComparer.OrdinalIgnoreCase);
}
