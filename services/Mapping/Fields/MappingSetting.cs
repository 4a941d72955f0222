using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>A mapping as someone wants it.</summary>
/// <param name="Path">Where it stands in what was sent.</param>
/// <param name="Connection">Name or id.</param>
public sealed record MappingSetting(string Path, string Connection, string Object, IReadOnlyList<EntrySetting> Fields)
{
    public static MappingSetting? Read(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "connection", "object", "fields"))
            return null;
        var connection = reader.Text(node, path, "connection");
        var name = reader.Text(node, path, "object");
        var before = reader.Faults.Count;
        if (!node.TryGetProperty("fields", out _))
            reader.Fault(SettingReader.Join(path, "fields"), "is missing", "List the CRM fields that are written.");
        var fields = reader.List(node, path, "fields", (entry, at) => EntrySetting.Read(reader, entry, at));
        return connection is null || name is null || reader.Faults.Count > before && fields.Count == 0
            ? null
            : new MappingSetting(path, connection, name, fields);
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    /// <param name="connection">Its name, or its id.</param>
    public static JsonObject Write(StoredMapping mapping, string connection) =>
        new()
        {
            ["connection"] = connection,
            ["object"] = mapping.Object,
            ["fields"] = Write(mapping.Entries),
        };

    public static JsonArray Write(IEnumerable<MappingEntry> entries) => [.. entries.Select(EntrySetting.Write)];
}
