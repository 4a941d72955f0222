using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Routes;

/// <summary>Pure: every fault that a route has.</summary>
public static class RouteRules
{
    /// <param name="sources">Sources that are declared, or will be when this is saved.</param>
    public static void Check(
        RouteSetting route,
        ConfigDocument document,
        ConfigSurroundings around,
        IReadOnlySet<string> sources,
        List<FieldFault> faults
    )
    {
        if (!sources.Contains(route.Source))
            faults.Add(
                new FieldFault(
                    SettingReader.Join(route.Path, "source"),
                    $"'{route.Source}' is no declared source",
                    "Declare it under sources, or with PUT /v1/sources/NAME."
                )
            );
        if (around.Find(route.Connection) is not { } connection)
        {
            faults.Add(around.Unknown(route.Path));
            return;
        }
        if (!connection.MayPush)
            faults.Add(
                new FieldFault(
                    SettingReader.Join(route.Path, "connection"),
                    $"'{connection.Name}' is connected for pull only, and is never written to",
                    "Use a connection whose direction is push or both."
                )
            );
        foreach (var (path, name) in Objects(route))
        {
            var isMapped =
                around.Mapped.Contains((connection.Id, name))
                || document.Mappings.Any(mapping =>
                    mapping.Object == name && around.Find(mapping.Connection)?.Id == connection.Id
                );
            if (!isMapped)
                faults.Add(
                    new FieldFault(
                        path,
                        $"{name} is not mapped at '{connection.Name}'",
                        $"Map the fields of {name} first, or in the same file under mappings."
                    )
                );
        }
        foreach (var one in route.Terms.Overrides)
            MappingRules.CheckEntries(one.Path, connection, one.Object, one.Fields, around, sources, faults);
        ConfigRules.Twice(
            route.Terms.Overrides,
            one => one.Object,
            one => SettingReader.Join(one.Path, "object"),
            "is overridden above already",
            faults
        );
    }

    // Those that it creates, and those whose mapping it overrides.
    private static IEnumerable<(string Path, string Object)> Objects(RouteSetting route)
    {
        var path = SettingReader.Join(route.Path, "createAs");
        IEnumerable<(string, string)> created =
            route.Terms.CreateCases.Count == 0
                ? [(path, route.Terms.CreateAs)]
                :
                [
                    .. route.Terms.CreateCases.Select((one, at) => ($"{path}.cases[{at}].object", one.Object)),
                    ($"{path}.else", route.Terms.CreateAs),
                ];
        return created.Concat(
            route.Terms.Overrides.Select(one => (SettingReader.Join(one.Path, "object"), one.Object))
        );
    }
}
