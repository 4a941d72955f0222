using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>An entry as someone wants it.</summary>
/// <param name="Path">Where it stands in what was sent.</param>
public sealed record EntrySetting(string Path, MappingEntry Entry);

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
        var fields = reader.List(node, path, "fields", (entry, at) => Entry(reader, entry, at));
        return connection is null || name is null || reader.Faults.Count > before && fields.Count == 0
            ? null
            : new MappingSetting(path, connection, name, fields);
    }

    private static EntrySetting? Entry(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "field", "from", "constant", "default", "rule"))
            return null;
        var field = reader.Text(node, path, "field");
        var from = SettingReader.Has(node, "from") ? reader.Text(node, path, "from") : null;
        var constant = reader.Value(node, path, "constant");
        var byDefault = reader.Value(node, path, "default");
        var rule = Rule(reader, node, path);

        if (SettingReader.Has(node, "from") == SettingReader.Has(node, "constant"))
        {
            reader.Fault(
                path,
                SettingReader.Has(node, "from") ? "has both from and constant" : "has neither from nor constant",
                "Give the lead field in from, or one fixed value in constant."
            );
            return null;
        }
        if (SettingReader.Has(node, "constant") && SettingReader.Has(node, "default"))
            reader.Fault(
                SettingReader.Join(path, "default"),
                "stands beside a constant, which is never missing",
                "Take the default out."
            );
        if (from is { Length: > CaptureReader.MaxFieldNameLength })
            reader.Fault(
                SettingReader.Join(path, "from"),
                $"is longer than {CaptureReader.MaxFieldNameLength} characters, as no lead field's name is",
                "Use the field's name as the source sends it."
            );
        return field is null || rule is null || (from is null && constant is null)
            ? null
            : new EntrySetting(path, new MappingEntry(field, from, constant, byDefault, rule.Value));
    }

    private static WriteRule? Rule(SettingReader reader, JsonElement node, string path)
    {
        if (!SettingReader.Has(node, "rule"))
            return WriteRule.Overwrite;
        switch (reader.Text(node, path, "rule"))
        {
            case "overwrite":
                return WriteRule.Overwrite;
            case "onlyWhenEmpty":
                return WriteRule.OnlyWhenEmpty;
            case null:
                return null;
            default:
                reader.Fault(SettingReader.Join(path, "rule"), "is no write rule", "Use overwrite or onlyWhenEmpty.");
                return null;
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

    public static JsonArray Write(IEnumerable<MappingEntry> entries) => [.. entries.Select(Write)];

    private static JsonObject Write(MappingEntry entry)
    {
        var node = new JsonObject { ["field"] = entry.Field };
        if (entry.From is not null)
            node["from"] = entry.From;
        if (entry.Constant is { } constant)
            node["constant"] = JsonNode.Parse(constant.GetRawText());
        if (entry.Default is { } byDefault)
            node["default"] = JsonNode.Parse(byDefault.GetRawText());
        node["rule"] = JsonSerializer.SerializeToNode(entry.Rule, Wire.Json);
        return node;
    }
}
