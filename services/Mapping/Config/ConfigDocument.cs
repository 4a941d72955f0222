using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Importing;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;

namespace LeadSync.Mapping.Config;

/// <summary>Settings as someone wants them; what is not named stays as it is. Each part knows its path in what was sent.</summary>
public sealed record ConfigDocument(
    IReadOnlyList<SourceSetting> Sources,
    IReadOnlyList<MappingSetting> Mappings,
    IReadOnlyList<RouteSetting> Routes
)
{
    public static readonly ConfigDocument Empty = new([], [], []);

    public IReadOnlyList<PullSetting> Pulls { get; init; } = [];

    /// <param name="others">Members that belong to other services, and are passed over here.</param>
    public static ConfigDocument Read(SettingReader reader, JsonElement root, params ReadOnlySpan<string> others)
    {
        if (
            root.ValueKind == JsonValueKind.Null
            || !reader.IsObject(root, "", ["sources", "mappings", "routes", "pulls", .. others])
        )
            return Empty;
        return new ConfigDocument(
            reader.List(root, "", "sources", (node, path) => SourceSetting.Read(reader, node, path)),
            reader.List(root, "", "mappings", (node, path) => MappingSetting.Read(reader, node, path)),
            reader.List(root, "", "routes", (node, path) => RouteSetting.Read(reader, node, path))
        )
        {
            Pulls = reader.List(root, "", "pulls", (node, path) => PullSetting.Read(reader, node, path)),
        };
    }

    /// <summary>As <see cref="Read"/> reads it. Sources that nobody declared are left out.</summary>
    /// <param name="name">A connection's name, by its id.</param>
    public static JsonObject Write(StoredSettings settings, Func<Guid, string> name) =>
        new()
        {
            ["sources"] = List(settings.Sources.Where(source => source.Declared), SourceSetting.Write),
            ["mappings"] = List(
                settings.Mappings,
                mapping => MappingSetting.Write(mapping, name(mapping.ConnectionId))
            ),
            ["routes"] = List(settings.Routes, route => RouteSetting.Write(route, name(route.ConnectionId))),
            ["pulls"] = List(settings.Pulls, pull => PullSetting.Write(pull, name(pull.ConnectionId))),
        };

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonObject> node) => [.. items.Select(node)];
}
