using System.Text.Json;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>Pure: an entry that maps one value more.</summary>
public static class AddToValueMap
{
    /// <summary>
    /// Adds it to the step that lacks it: the value map that asks for every value it is given, else the last, where the value
    /// comes through that unchanged; else to a new value map at the end.
    /// </summary>
    public static MappingEntry To(MappingEntry entry, string value, JsonElement replacement)
    {
        var at = entry
            .Transforms.ToList()
            .FindIndex(step => step is MapValues { Fallback: MapFallback.Fail } && Lacks(step));
        if (at < 0 && entry.Transforms.Count > 0 && Lacks(entry.Transforms[^1]))
            at = entry.Transforms.Count - 1;
        var pair = KeyValuePair.Create(value, replacement);
        return entry with
        {
            Transforms =
                at < 0
                    ? [.. entry.Transforms, new MapValues([pair], MapFallback.Keep)]
                    :
                    [
                        .. entry.Transforms.Take(at),
                        new MapValues(
                            [.. ((MapValues)entry.Transforms[at]).Pairs, pair],
                            ((MapValues)entry.Transforms[at]).Fallback
                        ),
                        .. entry.Transforms.Skip(at + 1),
                    ],
        };

        // What a map gives is no value that it was given.
        bool Lacks(Transform step) =>
            step is MapValues map
            && !map.Knows(value)
            && !map.Pairs.Any(known => Contents.Text(known.Value).Equals(value, StringComparison.OrdinalIgnoreCase));
    }
}
