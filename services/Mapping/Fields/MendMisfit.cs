using System.Text.Json;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Fields;

/// <summary>
/// Pure: maps one value more in the entries that the leads it stops are mapped by, be they the connection's or those that a
/// route puts over them.
/// </summary>
/// <param name="Mapping">The connection's, when it changes; null when it stays.</param>
/// <param name="Routes">Those whose own entries change.</param>
public sealed record MendMisfit(StoredMapping? Mapping, IReadOnlyList<StoredRoute> Routes)
{
    /// <param name="sources">Of the leads that the value stops; with none the connection's entry is meant.</param>
    public static MendMisfit Of(
        StoredSettings there,
        StoredMapping mapping,
        string field,
        string value,
        JsonElement to,
        IReadOnlyCollection<string> sources
    )
    {
        var routes = sources
            .Select(source => there.Route(source, mapping.ConnectionId))
            .OfType<StoredRoute>()
            .Where(route => Overriding(route, mapping.Object, field) is not null)
            .ToList();
        var isConnections = sources.Count == 0 || routes.Count < sources.Count;
        return new MendMisfit(
            isConnections && mapping.Entries.Any(entry => IsOf(entry, field))
                ? mapping with
                {
                    Entries = [.. mapping.Entries.Select(Added)],
                }
                : null,
            [
                .. routes.Select(route =>
                    route with
                    {
                        Terms = route.Terms with
                        {
                            Overrides =
                            [
                                .. route.Terms.Overrides.Select(one =>
                                    one.Object == mapping.Object ? one.With([.. one.Entries.Select(Added)]) : one
                                ),
                            ],
                        },
                    }
                ),
            ]
        );

        MappingEntry Added(MappingEntry entry) => IsOf(entry, field) ? AddToValueMap.To(entry, value, to) : entry;
    }

    /// <summary>As it is saved. What is wrong with a route's entries is told under <c>routes.SOURCE</c>.</summary>
    public ConfigDocument Document() =>
        new(
            [],
            Mapping is null
                ? []
                :
                [
                    new MappingSetting(
                        "",
                        Mapping.ConnectionId.ToString(),
                        Mapping.Object,
                        [.. Mapping.Entries.Select((entry, at) => new EntrySetting($"fields[{at}]", entry))]
                    ),
                ],
            [.. Routes.Select(Setting)]
        );

    private static RouteSetting Setting(StoredRoute route)
    {
        var path = $"routes.{route.Source}";
        return new RouteSetting(
            path,
            route.Source,
            route.ConnectionId.ToString(),
            route.Enabled,
            route.Terms with
            {
                Overrides = [.. route.Terms.Overrides.Select((one, at) => one.At($"{path}.mapping[{at}]"))],
            }
        );
    }

    private static MappingEntry? Overriding(StoredRoute route, string name, string field) =>
        route
            .Terms.Overrides.FirstOrDefault(one => one.Object == name)
            ?.Entries.FirstOrDefault(entry => IsOf(entry, field));

    private static bool IsOf(MappingEntry entry, string field) =>
        entry.Field.Equals(field, StringComparison.OrdinalIgnoreCase);
}
