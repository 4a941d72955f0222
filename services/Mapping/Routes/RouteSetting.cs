using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Routes;

/// <summary>A route as someone wants it.</summary>
/// <param name="Path">Where it stands in what was sent.</param>
/// <param name="Connection">Name or id.</param>
public sealed record RouteSetting(string Path, string Source, string Connection, bool Enabled, RouteTerms Terms)
{
    public static SettingKind Kind { get; } =
        new(SettingKey.Routes, "route", "/v1/routes", [new AddressPart("source", "source"), AddressPart.Connection])
        {
            Read = (reader, node) =>
                Read(reader, node, "") is { } route
                    ? ConfigDocument.Empty with
                    {
                        Routes = [route],
                    }
                    : ConfigDocument.Empty,
            Shown = there =>
                there.Routes.Select(route => new ShownSetting(
                    SettingKey.Route(route.Source, route.ConnectionId),
                    route.Revision,
                    Write(route, route.ConnectionId.ToString()),
                    View(route)
                )),
        };

    public static RouteSetting? Read(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, ["source", "connection", "enabled", .. RouteTerms.Members]))
            return null;
        var source = reader.Text(node, path, "source");
        var connection = reader.Text(node, path, "connection");
        var enabled = reader.Flag(node, path, "enabled") ?? true;
        var terms = RouteTerms.Read(reader, node, path);
        return source is null || connection is null || terms is null
            ? null
            : new RouteSetting(path, source, connection, enabled, terms);
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    /// <param name="connection">Its name, or its id.</param>
    public static JsonObject Write(StoredRoute route, string connection) =>
        RouteTerms.Write(
            new JsonObject
            {
                ["source"] = route.Source,
                ["connection"] = connection,
                ["enabled"] = route.Enabled,
            },
            route.Terms
        );

    // The setting as it is saved, with what only we know.
    private static JsonObject View(StoredRoute route) =>
        RouteTerms.Write(
            new JsonObject
            {
                ["source"] = route.Source,
                ["connectionId"] = route.ConnectionId,
                ["enabled"] = route.Enabled,
                ["enabledSince"] = route.Enabled ? JsonValue.Create(route.EnabledAt) : null,
            },
            route.Terms
        );
}
