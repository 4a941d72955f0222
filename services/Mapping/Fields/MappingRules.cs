using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>Pure: every fault that a mapping has, held against the CRM's schema.</summary>
public static class MappingRules
{
    public static void Check(MappingSetting mapping, ConfigSurroundings around, List<FieldFault> faults)
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
            CheckEntry(path, entry, fields, faults);
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

    private static void CheckEntry(string path, MappingEntry entry, ObjectMapping mapping, List<FieldFault> faults)
    {
        if (mapping.Field(entry.Field) is not { } field)
        {
            faults.Add(
                new FieldFault(
                    SettingReader.Join(path, "field"),
                    $"{entry.Field} is no field of {mapping.Object} that the connected user sees",
                    "Use the field's API name, as LastName or Region__c, and check the connected user's access to it."
                )
            );
            return;
        }
        if (field is not { Createable: true, Updateable: true })
            faults.Add(
                new FieldFault(
                    SettingReader.Join(path, "field"),
                    $"{field.Name} may not be written by the connected user{(field.Createable ? " once a record is there" : "")}",
                    "Map another field, or give the connected user access to it in the CRM."
                )
            );
        foreach (var (name, value) in new[] { ("constant", entry.Constant), ("default", entry.Default) })
        {
            if (value is not null && FieldFit.Try(value.Value, field) is Fit.Refused(var reason, _))
                faults.Add(
                    new FieldFault(
                        SettingReader.Join(path, name),
                        $"{reason} ({mapping.Object}.{field.Name}, {field.Type})",
                        "Give a value that the field takes."
                    )
                );
        }
    }
}
