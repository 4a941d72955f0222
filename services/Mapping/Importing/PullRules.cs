using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Importing;

/// <summary>Pure: every fault that a pull mapping has, held against the CRM's schema.</summary>
public static class PullRules
{
    public static void Check(
        PullSetting pull,
        ConfigDocument document,
        ConfigSurroundings around,
        List<FieldFault> faults
    )
    {
        if (!around.Declared.Contains(pull.Source) && document.Sources.All(source => source.Name != pull.Source))
            faults.Add(
                new FieldFault(
                    SettingReader.Join(pull.Path, "source"),
                    $"'{pull.Source}' is no declared source",
                    "Declare the source that is to receive the records, under sources or with PUT /v1/sources/NAME."
                )
            );
        if (around.Find(pull.Connection) is not { } connection)
        {
            faults.Add(around.Unknown(pull.Path));
            return;
        }
        if (!connection.MayPull)
            faults.Add(
                new FieldFault(
                    SettingReader.Join(pull.Path, "connection"),
                    $"'{connection.Name}' is connected for push only, and nothing is read from it",
                    "Use a connection whose direction is pull or both."
                )
            );
        if (around.Schemas.GetValueOrDefault((connection.Id, pull.Object)) is { } schema)
            faults.AddRange(pull.Fields.SelectMany(setting => Faults(setting, schema)));
        else
            faults.Add(ConfigSurroundings.NoObject(pull.Path, connection));
    }

    private static IEnumerable<FieldFault> Faults(PullFieldSetting setting, CrmSchema schema)
    {
        var (path, pulled) = setting;
        var at = SettingReader.Join(path, "from");
        // Records come with the CRM's own spelling.
        if (schema.Fields.FirstOrDefault(field => field.Name == pulled.From) is not { } field)
        {
            var other = schema.Fields.FirstOrDefault(field =>
                field.Name.Equals(pulled.From, StringComparison.OrdinalIgnoreCase)
            );
            yield return new FieldFault(
                at,
                $"{pulled.From} is no field of {schema.Object} that the connected user sees",
                other is null
                    ? "Use the field's API name, as LastName or Region__c, and check the connected user's access to it."
                    : $"Write it as the CRM does: {other.Name}."
            );
            yield break;
        }
        if (field.Type is "address" or "location" or "base64")
            yield return new FieldFault(
                at,
                $"{field.Name} is of the type {field.Type}, which is not pulled as a whole",
                "Pull its parts."
            );
        if (pulled.Wins == PullWins.OptOut && field.Type != "boolean")
            yield return new FieldFault(
                SettingReader.Join(path, "wins"),
                $"is optOut, and {field.Name} ({field.Type}) is no checkbox",
                "Pull a checkbox, or let another value win."
            );
    }
}
