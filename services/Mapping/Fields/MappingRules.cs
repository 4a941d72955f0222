using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>Pure: every fault that a mapping has, held against the CRM's schema.</summary>
public static class MappingRules
{
    /// <param name="sources">Sources that are declared, or will be when this is saved.</param>
    public static void Check(
        MappingSetting mapping,
        ConfigSurroundings around,
        IReadOnlySet<string> sources,
        List<FieldFault> faults
    )
    {
        if (around.Find(mapping.Connection) is not { } connection)
        {
            faults.Add(around.Unknown(mapping.Path));
            return;
        }
        if (around.Schemas.GetValueOrDefault((connection.Id, mapping.Object)) is not { } schema)
        {
            faults.Add(
                new FieldFault(
                    SettingReader.Join(mapping.Path, "object"),
                    $"is no object that '{connection.Name}' has, or its user may not see it",
                    "Use the object's API name, as Lead, and check the connected user's access."
                )
            );
            return;
        }

        var fields = new ObjectMapping(mapping.Object, [], schema);
        foreach (var (path, entry) in mapping.Fields)
            new EntryCheck(
                path,
                entry,
                fields,
                sources,
                name => around.Schemas.GetValueOrDefault((connection.Id, name)),
                faults
            ).Run();
        ConfigRules.Twice(
            mapping.Fields,
            setting => setting.Entry.Field.ToUpperInvariant(),
            setting => SettingReader.Join(setting.Path, "field"),
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
                        SettingReader.Join(mapping.Path, "fields"),
                        $"lacks {required}, without which the CRM creates no {mapping.Object}",
                        $"Map {required} from a lead field, with a default if some leads lack it, or give a constant."
                    )
                );
        }
    }
}
