using System.Text.Json;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Transforms;

/// <summary>Reads <c>values</c>: the map, and what becomes of a value that it lacks.</summary>
internal static class ValueMapReader
{
    private const int MostPairs = 2_000;

    public static Transform? Read(StepOptions options)
    {
        if (options.IsAbsent || !options.Members("map", "fallback"))
        {
            if (options.IsAbsent)
                options.Fault("needs a map", "Write it as values: { map: { saas: Software }, fallback: keep }.");
            return null;
        }
        var fallback = options.Member("fallback") is { } member
            ? options.Choice<MapFallback>(
                member.Node,
                member.Path,
                [("keep", MapFallback.Keep), ("default", MapFallback.Default), ("fail", MapFallback.Fail)]
            )
            : MapFallback.Keep;
        if (options.Member("map") is not { Node: { ValueKind: JsonValueKind.Object } map } at)
        {
            options.Fault("map", "is not a set of values with their replacements", "Give pairs, as saas: Software.");
            return null;
        }
        var pairs = Pairs(options.Reader, map, at.Path);
        return pairs is null || fallback is null ? null : new MapValues(pairs, fallback.Value);
    }

    private static List<KeyValuePair<string, JsonElement>>? Pairs(SettingReader reader, JsonElement map, string path)
    {
        var before = reader.Faults.Count;
        var pairs = new List<KeyValuePair<string, JsonElement>>();
        var keys = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in map.EnumerateObject())
        {
            var at = SettingReader.Join(path, member.Name);
            if (MapValues.Key(member.Name).Length is 0 or > CaptureTextLength)
                reader.Fault(at, "is blank or too long for a value", "Give the value as it is captured.");
            else if (!keys.Add(MapValues.Key(member.Name)))
                reader.Fault(at, "stands above already, for case and space are not told apart", "Keep one of the two.");
            else if (reader.Value(map, path, member.Name) is { } value)
                pairs.Add(KeyValuePair.Create(member.Name, value));
            else if (member.Value.ValueKind == JsonValueKind.Null)
                reader.Fault(at, "has no value", "Give the value that takes its place.");
        }
        if (pairs.Count > MostPairs)
            reader.Fault(path, $"has more than {MostPairs} values", "Map fewer values, or map them at the source.");
        return reader.Faults.Count > before ? null : pairs;
    }

    private const int CaptureTextLength = 1_000;
}
