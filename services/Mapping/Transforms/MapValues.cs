using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// <c>values</c>: other values for those captured, as for a picklist. Texts are compared without regard to case and to
/// space; of a list, each entry is looked up.
/// </summary>
public sealed record MapValues : Transform
{
    private readonly FrozenDictionary<string, JsonElement> _byKey;

    /// <param name="pairs">In the order they were given; no two keys are the same when compared.</param>
    public MapValues(IReadOnlyList<KeyValuePair<string, JsonElement>> pairs, MapFallback fallback)
    {
        Pairs = pairs;
        Fallback = fallback;
        _byKey = pairs.ToFrozenDictionary(pair => Key(pair.Key), pair => pair.Value, StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<KeyValuePair<string, JsonElement>> Pairs { get; }
    public MapFallback Fallback { get; }

    public override string Name => "values";

    /// <summary>How keys are compared, besides their case.</summary>
    public static string Key(string text) => CollapseSpaces.Collapse(text);

    /// <summary>Whether it has another value for this one.</summary>
    public bool Knows(string text) => _byKey.ContainsKey(Key(text));

    public override JsonNode? Options()
    {
        var map = new JsonObject();
        foreach (var (key, value) in Pairs)
            map[key] = JsonNode.Parse(value.GetRawText());
        return new JsonObject
        {
            ["map"] = map,
            ["fallback"] = Fallback switch
            {
                MapFallback.Keep => "keep",
                MapFallback.Default => "default",
                _ => "fail",
            },
        };
    }

    public override bool Takes(ContentKind given) => true;

    public override ContentKind? Gives(ContentKind? given) => given is ContentKind.Entries ? given : null;

    public override Transformed Apply(JsonElement value, Destination destination) =>
        value.ValueKind == JsonValueKind.Array ? Entries(value) : One(value);

    private Transformed One(JsonElement value)
    {
        var text = Contents.Text(value);
        if (text.Length == 0)
            return new Transformed.None();
        if (_byKey.TryGetValue(Key(text), out var mapped))
            return new Transformed.Value(mapped);
        return Fallback switch
        {
            MapFallback.Keep => new Transformed.Value(value),
            MapFallback.Default => new Transformed.None(
                new Remark(Remark.FallbackTaken, "The value is not in the value map, so the default was taken.")
            ),
            _ => Lacks(text),
        };
    }

    private Transformed Entries(JsonElement list)
    {
        var entries = new List<string>();
        var isLeftOut = false;
        foreach (var entry in Contents.Entries(list).Select(entry => entry.Trim()).Where(entry => entry.Length > 0))
        {
            if (_byKey.TryGetValue(Key(entry), out var mapped))
                entries.Add(Contents.Text(mapped));
            else if (Fallback == MapFallback.Keep)
                entries.Add(entry);
            else if (Fallback == MapFallback.Default)
                isLeftOut = true;
            else
                return Lacks(entry);
        }
        var remark = isLeftOut
            ? new Remark(Remark.FallbackTaken, "Entries that are not in the value map were left out.")
            : null;
        return entries.Count == 0
            ? new Transformed.None(remark)
            : new Transformed.Value(
                JsonSerializer.SerializeToElement(entries.Distinct(StringComparer.Ordinal).ToList()),
                remark
            );
    }

    private static Transformed.Refused Lacks(string text) =>
        new(
            "is not in the value map",
            "Add the value to the value map, or give the map a fallback of keep or default.",
            text
        );
}

/// <summary>What becomes of a value that a map lacks.</summary>
public enum MapFallback
{
    /// <summary>It goes on as it is.</summary>
    Keep,

    /// <summary>The entry's default takes its place, as if it were missing.</summary>
    Default,

    /// <summary>The lead waits.</summary>
    Fail,
}
