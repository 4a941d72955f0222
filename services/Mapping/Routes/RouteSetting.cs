using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Routes;

/// <summary>A route as someone wants it.</summary>
/// <param name="Path">Where it stands in what was sent.</param>
/// <param name="Connection">Name or id.</param>
public sealed record RouteSetting(string Path, string Source, string Connection, bool Enabled, string CreateAs)
{
    public static RouteSetting? Read(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "source", "connection", "enabled", "createAs"))
            return null;
        var source = reader.Text(node, path, "source");
        var connection = reader.Text(node, path, "connection");
        var createAs = reader.Text(node, path, "createAs");
        var enabled = reader.Flag(node, path, "enabled") ?? true;
        return source is null || connection is null || createAs is null
            ? null
            : new RouteSetting(path, source, connection, enabled, createAs);
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    /// <param name="connection">Its name, or its id.</param>
    public static JsonObject Write(StoredRoute route, string connection) =>
        new()
        {
            ["source"] = route.Source,
            ["connection"] = connection,
            ["enabled"] = route.Enabled,
            ["createAs"] = route.CreateAs,
        };
}
