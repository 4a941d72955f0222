using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Config;

/// <summary>Settings as <see cref="ConfigReader"/> reads them.</summary>
public static class ConfigExport
{
    /// <param name="name">A connection's name, by its id.</param>
    public static JsonObject Document(StoredSettings settings, Func<Guid, string> name) =>
        new()
        {
            ["sources"] = List(settings.Sources.Where(source => source.Declared), Source),
            ["mappings"] = List(
                settings.Mappings,
                mapping => new JsonObject
                {
                    ["connection"] = name(mapping.ConnectionId),
                    ["object"] = mapping.Object,
                    ["fields"] = Fields(mapping.Entries),
                }
            ),
            ["routes"] = List(
                settings.Routes,
                route => new JsonObject
                {
                    ["source"] = route.Source,
                    ["connection"] = name(route.ConnectionId),
                    ["enabled"] = route.Enabled,
                    ["createAs"] = route.CreateAs,
                }
            ),
        };

    public static JsonArray Fields(IEnumerable<MappingEntry> entries) => List(entries, Field);

    private static JsonObject Source(StoredSource source)
    {
        var node = new JsonObject { ["name"] = source.Name };
        if (!source.Enabled)
            node["enabled"] = false;
        return node;
    }

    private static JsonObject Field(MappingEntry entry)
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

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonObject> node) => [.. items.Select(node)];
}
