using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>Which lead field goes to which field of a connection's object.</summary>
public sealed record MappingView(Guid ConnectionId, string Object, DateTimeOffset EnabledSince, JsonArray Fields);

/// <summary>A mapping as someone wants it.</summary>
/// <param name="Path">Where it stands in what was sent.</param>
/// <param name="Connection">Name or id.</param>
public sealed record MappingSetting(string Path, string Connection, string Object, IReadOnlyList<EntrySetting> Fields)
{
    public static SettingKind Kind { get; } =
        new(SettingKey.Mappings, "mapping", "/v1/mappings", [AddressPart.Connection, AddressPart.Object])
        {
            View = typeof(MappingView),
            Read = (reader, node) =>
                Read(reader, node, "") is { } mapping
                    ? ConfigDocument.Empty with
                    {
                        Mappings = [mapping],
                    }
                    : ConfigDocument.Empty,
            Shown = there =>
                there.Mappings.Select(mapping => new ShownSetting(
                    SettingKey.Mapping(mapping.ConnectionId, mapping.Object),
                    mapping.Revision,
                    Write(mapping, mapping.ConnectionId.ToString()),
                    new MappingView(mapping.ConnectionId, mapping.Object, mapping.EnabledAt, Write(mapping.Entries))
                )),
        };

    /// <summary>CRM fields whose entries have a fault of form, so that they are not among <see cref="Fields"/>.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>Whether there is a list of entries at all: of what is not there, nothing more is to be said.</summary>
    public bool IsListed { get; init; } = true;

    /// <summary>Reads it; null when it is not told what it maps. Whatever else is wrong does not keep it from being checked further.</summary>
    public static MappingSetting? Read(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "connection", "object", "fields"))
            return null;
        var connection = reader.Text(node, path, "connection");
        var name = reader.Text(node, path, "object");
        var isThere = SettingReader.Has(node, "fields");
        if (!isThere)
            reader.Fault(SettingReader.Join(path, "fields"), "is missing", "List the CRM fields that are written.");
        var unread = new List<string>();
        var fields = reader.List(node, path, "fields", Entry);
        return connection is null || name is null
            ? null
            : new MappingSetting(path, connection, name, fields)
            {
                Unread = unread,
                IsListed = isThere && node.GetProperty("fields").ValueKind == JsonValueKind.Array,
            };

        EntrySetting? Entry(JsonElement entry, string at)
        {
            var read = EntrySetting.Read(reader, entry, at);
            if (
                read is null
                && entry.ValueKind == JsonValueKind.Object
                && entry.TryGetProperty("field", out var field)
                && field.ValueKind == JsonValueKind.String
            )
                unread.Add(field.GetString()!);
            return read;
        }
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
