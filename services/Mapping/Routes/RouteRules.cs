using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Routes;

/// <summary>Pure: every fault that a route has.</summary>
public static class RouteRules
{
    public static void Check(
        RouteSetting route,
        ConfigDocument document,
        ConfigSurroundings around,
        List<FieldFault> faults
    )
    {
        if (!around.Declared.Contains(route.Source) && document.Sources.All(source => source.Name != route.Source))
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
    }

    private static IEnumerable<(string Path, string Object)> Objects(RouteSetting route)
    {
        var path = SettingReader.Join(route.Path, "createAs");
        return route.Terms.CreateCases.Count == 0
            ? [(path, route.Terms.CreateAs)]
            :
            [
                .. route.Terms.CreateCases.Select((one, at) => ($"{path}.cases[{at}].object", one.Object)),
                ($"{path}.else", route.Terms.CreateAs),
            ];
    }
}
