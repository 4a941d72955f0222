using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Publishing;

/// <summary>One thing that differs between two states of a setting.</summary>
/// <param name="Member">Which member: <c>fields</c>, <c>createAs</c>.</param>
/// <param name="Entry">Of a list of entries, which: the CRM field's name; null for a member as a whole.</param>
/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
/// <param name="Before">Null when it was not there.</param>
/// <param name="After">Null when it is gone.</param>
public sealed record SettingDifference(string Member, string? Entry, string Change, JsonNode? Before, JsonNode? After);

/// <summary>Pure: what differs between two states of a mapping or a route, a mapping's entries one by one.</summary>
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

    // By the CRM field that each is for, whose case the CRM does not mind. Null: this is no list of such entries, or names
    // one twice, as a faulty draft may.
    private static Dictionary<string, JsonNode>? Entries(JsonNode? node)
    {
        if (node is null)
            return new Dictionary<string, JsonNode>(StringComparer.OrdinalIgnoreCase);
        if (node is not JsonArray list)
            return null;
        var entries = new Dictionary<string, JsonNode>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in list)
        {
            if (
                entry is not JsonObject members
                || members["field"] is not JsonValue field
                || !field.TryGetValue<string>(out var name)
                || !entries.TryAdd(name, entry)
            )
                return null;
        }
        return entries;
    }
}
