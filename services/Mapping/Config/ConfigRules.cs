using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Config;

/// <summary>What settings are checked against.</summary>
/// <param name="Schemas">As the CRM tells now, for every object that the document maps; null where the CRM has no such object.</param>
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
        foreach (var mapping in document.Mappings)
            CheckMapping(mapping, around, faults);
        Twice(
            document.Mappings,
            mapping => (around.Find(mapping.Connection)?.Id.ToString() ?? mapping.Connection, mapping.Object),
            mapping => mapping.Path,
            "maps an object of a connection that is mapped above",
            faults
        );
        foreach (var route in document.Routes)
            CheckRoute(route, document, around, faults);
        Twice(
            document.Routes,
            route => (route.Source, around.Find(route.Connection)?.Id.ToString() ?? route.Connection),
            route => route.Path,
            "is a route that stands above already",
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

    private static void CheckMapping(MappingSetting mapping, ConfigSurroundings around, List<FieldFault> faults)
    {
        if (around.Find(mapping.Connection) is not { } connection)
        {
            faults.Add(UnknownConnection(mapping.Path, around));
            return;
        }
        if (around.Schemas.GetValueOrDefault((connection.Id, mapping.Object)) is not { } schema)
        {
            faults.Add(
                new FieldFault(
                    Join(mapping.Path, "object"),
                    $"is no object that '{connection.Name}' has, or its user may not see it",
                    "Use the object's API name, as Lead, and check the connected user's access."
                )
            );
            return;
        }

        var fields = new ObjectMapping(mapping.Object, [], schema);
        foreach (var (path, entry) in mapping.Fields)
            CheckEntry(path, entry, fields, faults);
        Twice(
            mapping.Fields,
            setting => setting.Entry.Field.ToUpperInvariant(),
            setting => Join(setting.Path, "field"),
            "is a CRM field that is mapped above already",
            faults
        );

        foreach (var required in fields.RequiredOnCreate)
        {
            if (
                mapping.Fields.All(setting => !setting.Entry.Field.Equals(required, StringComparison.OrdinalIgnoreCase))
            )
                faults.Add(
                    new FieldFault(
                        Join(mapping.Path, "fields"),
                        $"lacks {required}, without which the CRM creates no {mapping.Object}",
                        $"Map {required} from a lead field, with a default if some leads lack it, or give a constant."
                    )
                );
        }
    }

    private static void CheckEntry(string path, MappingEntry entry, ObjectMapping mapping, List<FieldFault> faults)
    {
        if (mapping.Field(entry.Field) is not { } field)
        {
            faults.Add(
                new FieldFault(
                    Join(path, "field"),
                    $"{entry.Field} is no field of {mapping.Object} that the connected user sees",
                    "Use the field's API name, as LastName or Region__c, and check the connected user's access to it."
                )
            );
            return;
        }
        if (field is not { Createable: true, Updateable: true })
            faults.Add(
                new FieldFault(
                    Join(path, "field"),
                    $"{field.Name} may not be written by the connected user{(field.Createable ? " once a record is there" : "")}",
                    "Map another field, or give the connected user access to it in the CRM."
                )
            );
        foreach (var (name, value) in new[] { ("constant", entry.Constant), ("default", entry.Default) })
        {
            if (value is not null && FieldFit.Try(value.Value, field) is Fit.Refused(var reason, _))
                faults.Add(
                    new FieldFault(
                        Join(path, name),
                        $"{reason} ({mapping.Object}.{field.Name}, {field.Type})",
                        "Give a value that the field takes."
                    )
                );
        }
    }

    private static void CheckRoute(
        RouteSetting route,
        ConfigDocument document,
        ConfigSurroundings around,
        List<FieldFault> faults
    )
    {
        if (!around.Declared.Contains(route.Source) && document.Sources.All(source => source.Name != route.Source))
            faults.Add(
                new FieldFault(
                    Join(route.Path, "source"),
                    $"'{route.Source}' is no declared source",
                    "Declare it under sources, or with PUT /v1/sources/NAME."
                )
            );
        if (around.Find(route.Connection) is not { } connection)
        {
            faults.Add(UnknownConnection(route.Path, around));
            return;
        }
        if (!connection.MayPush)
            faults.Add(
                new FieldFault(
                    Join(route.Path, "connection"),
                    $"'{connection.Name}' is connected for pull only, and is never written to",
                    "Use a connection whose direction is push or both."
                )
            );
        var isMapped =
            around.Mapped.Contains((connection.Id, route.CreateAs))
            || document.Mappings.Any(mapping =>
                mapping.Object == route.CreateAs && around.Find(mapping.Connection)?.Id == connection.Id
            );
        if (!isMapped)
            faults.Add(
                new FieldFault(
                    Join(route.Path, "createAs"),
                    $"{route.CreateAs} is not mapped at '{connection.Name}'",
                    $"Map the fields of {route.CreateAs} first, or in the same file under mappings."
                )
            );
    }

    private static FieldFault UnknownConnection(string path, ConfigSurroundings around) =>
        new(
            Join(path, "connection"),
            "is no connection of this workspace",
            around.Connections.Count == 0
                ? "Connect a CRM first (POST /v1/connections)."
                : $"Use the name or id of one: {string.Join(", ", around.Connections.Select(one => one.Name).Take(20))}."
        );

    private static void Twice<T, TKey>(
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

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
