using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Importing;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Config;

/// <summary>What settings are checked against.</summary>
/// <param name="Schemas">As the CRM tells now, for every object that the document maps, overrides or pulls; null where the CRM has no such object.</param>
/// <param name="Declared">Sources that are declared already.</param>
/// <param name="Mapped">Objects that are mapped already.</param>
public sealed record ConfigSurroundings(
    IReadOnlyList<CrmConnection> Connections,
    IReadOnlyDictionary<(Guid ConnectionId, string Object), CrmSchema?> Schemas,
    IReadOnlySet<string> Declared,
    IReadOnlySet<(Guid ConnectionId, string Object)> Mapped
)
{
    /// <summary>Finds a connection by its id or its name.</summary>
    public CrmConnection? Find(string nameOrId) => Find(Connections, nameOrId);

    /// <summary>That a setting names no connection of the workspace.</summary>
    /// <param name="path">The setting's.</param>
    public FieldFault Unknown(string path) =>
        new(
            SettingReader.Join(path, "connection"),
            "is no connection of this workspace",
            Connections.Count == 0
                ? "Connect a CRM first (POST /v1/connections)."
                : $"Use the name or id of one: {string.Join(", ", Connections.Select(one => one.Name).Take(20))}."
        );

    /// <summary>That a setting's object is none that its connection has.</summary>
    /// <param name="path">The setting's.</param>
    public static FieldFault NoObject(string path, CrmConnection connection) =>
        new(
            SettingReader.Join(path, "object"),
            $"is no object that '{connection.Name}' has, or its user may not see it",
            "Use the object's API name, as Lead, and check the connected user's access."
        );

    public static CrmConnection? Find(IReadOnlyList<CrmConnection> connections, string nameOrId) =>
        Guid.TryParse(nameOrId, out var id) && connections.FirstOrDefault(one => one.Id == id) is { } found
            ? found
            : connections.FirstOrDefault(one => one.Name == nameOrId);
}

/// <summary>Pure: every fault that settings have, so that all can be mended at once.</summary>
public static class ConfigRules
{
    public static IReadOnlyList<FieldFault> Check(ConfigDocument document, ConfigSurroundings around)
    {
        var faults = new List<FieldFault>();
        CheckSources(document, faults);
        var sources = document
            .Sources.Select(source => source.Name)
            .Concat(around.Declared)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var mapping in document.Mappings)
            MappingRules.Check(mapping, around, sources, faults);
        Twice(
            document.Mappings,
            mapping => (around.Find(mapping.Connection)?.Id.ToString() ?? mapping.Connection, mapping.Object),
            mapping => mapping.Path,
            "maps an object of a connection that is mapped above",
            faults
        );
        foreach (var route in document.Routes)
            RouteRules.Check(route, document, around, sources, faults);
        Twice(
            document.Routes,
            route => (route.Source, around.Find(route.Connection)?.Id.ToString() ?? route.Connection),
            route => route.Path,
            "is a route that stands above already",
            faults
        );
        foreach (var pull in document.Pulls)
            PullRules.Check(pull, document, around, faults);
        Twice(
            document.Pulls,
            pull => (around.Find(pull.Connection)?.Id.ToString() ?? pull.Connection, pull.Object),
            pull => pull.Path,
            "pulls an object of a connection that is pulled above",
            faults
        );
        return faults;
    }

    private static void CheckSources(ConfigDocument document, List<FieldFault> faults) =>
        Twice(
            document.Sources,
            source => source.Name,
            source => source.Path,
            "is a source that stands above already",
            faults
        );

    /// <summary>A fault for each item whose key stands above already.</summary>
    public static void Twice<T, TKey>(
        IEnumerable<T> items,
        Func<T, TKey> key,
        Func<T, string> path,
        string reason,
        List<FieldFault> faults
    )
    {
        var seen = new HashSet<TKey>();
        faults.AddRange(
            items
                .Where(item => !seen.Add(key(item)))
                .Select(item => new FieldFault(path(item), reason, "Keep one of the two."))
        );
    }
}
