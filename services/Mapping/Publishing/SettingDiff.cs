using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Publishing;

/// <summary>One thing that differs between two states of a setting.</summary>
/// <param name="Member">Which member: <c>fields</c>, <c>createAs</c>.</param>
/// <param name="Entry">
/// Of a list of entries, which: the CRM field's name; <c>Lead.Title</c> of what a route maps otherwise; of a pull mapping the
/// lead field's. Null for a member as a whole.
/// </param>
/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
/// <param name="Before">Null when it was not there.</param>
/// <param name="After">Null when it is gone.</param>
public sealed record SettingDifference(string Member, string? Entry, string Change, JsonNode? Before, JsonNode? After);

/// <summary>Pure: what differs between two states of a setting, entries one by one.</summary>
public static class SettingDiff
{
    // What says which setting it is, not how it is.
    private static readonly HashSet<string> Address = new(StringComparer.Ordinal) { "connection", "object", "source" };

    /// <param name="before">Null: it was not there.</param>
    public static IReadOnlyList<SettingDifference> Between(JsonObject? before, JsonObject after)
    {
        var differences = new List<SettingDifference>();
        var members = (before ?? [])
            .Select(member => member.Key)
            .Concat(after.Select(member => member.Key))
            .Distinct(StringComparer.Ordinal);
        foreach (var member in members.Where(member => !Address.Contains(member)))
        {
            var (was, isNow) = (before?[member], after[member]);
            if (Entries(was) is { } old && Entries(isNow) is { } entries)
                Compare(member, old, entries, differences);
            else if (!JsonNode.DeepEquals(was, isNow))
                differences.Add(Difference(member, null, was, isNow));
        }
        return differences;
    }

    private static void Compare(
        string member,
        Dictionary<string, JsonNode> before,
        Dictionary<string, JsonNode> after,
        List<SettingDifference> differences
    )
    {
        foreach (var (name, entry) in after)
        {
            var was = before.GetValueOrDefault(name);
            if (!JsonNode.DeepEquals(was, entry))
                differences.Add(Difference(member, name, was, entry));
        }
        differences.AddRange(
            before
                .Where(entry => !after.ContainsKey(entry.Key))
                .Select(entry => Difference(member, entry.Key, entry.Value, null))
        );
    }

    private static SettingDifference Difference(string member, string? entry, JsonNode? before, JsonNode? after) =>
        new(
            member,
            entry,
            before is null ? "added"
                : after is null ? "removed"
                : "changed",
            before?.DeepClone(),
            after?.DeepClone()
        );

    // By what each is for: a CRM field, whose case the CRM does not mind; of what a route overrides, the object and the field;
    // of a pull mapping, the lead field. Null: this is no list of such entries, or names one twice, as a faulty draft may.
    private static Dictionary<string, JsonNode>? Entries(JsonNode? node)
    {
        var entries = new Dictionary<string, JsonNode>(StringComparer.OrdinalIgnoreCase);
        if (node is null)
            return entries;
        if (node is not JsonArray list)
            return null;
        foreach (var entry in list)
        {
            if (entry is not JsonObject members)
                return null;
            if (Text(members["object"]) is { } name)
            {
                if (Entries(members["fields"]) is not { } overriding)
                    return null;
                if (overriding.Any(one => !entries.TryAdd($"{name}.{one.Key}", one.Value)))
                    return null;
            }
            else if ((Text(members["field"]) ?? Text(members["to"])) is not { } field || !entries.TryAdd(field, entry))
                return null;
        }
        return entries;
    }

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
