using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Connections;

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
        var schema = CheckEntries(mapping.Path, connection, mapping.Object, mapping.Fields, around, sources, faults);
        if (!mapping.IsListed)
            return;
        // An entry with a fault of form is there all the same, and is told of where it stands.
        var mapped = mapping
            .Fields.Select(setting => setting.Entry.Field)
            .Concat(mapping.Unread)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        faults.AddRange(
            (schema?.RequiredOnCreate ?? [])
                .Where(required => !mapped.Contains(required))
                .Select(required => new FieldFault(
                    SettingReader.Join(mapping.Path, "fields"),
                    $"lacks {required}, without which the CRM creates no {mapping.Object}",
                    $"Map {required} from a lead field, with a default if some leads lack it, or give a constant."
                ))
        );
    }

    /// <summary>Checks entries of an object, be they a mapping's or those that a route puts over it.</summary>
    /// <param name="path">Of the setting whose <c>object</c> it is.</param>
    /// <returns>The object as the CRM has it, without entries; null where it has none such, which is a fault.</returns>
    public static ObjectMapping? CheckEntries(
        string path,
        CrmConnection connection,
        string name,
        IReadOnlyList<EntrySetting> entries,
        ConfigSurroundings around,
        IReadOnlySet<string> sources,
        List<FieldFault> faults
    )
    {
        if (around.Schemas.GetValueOrDefault((connection.Id, name)) is not { } schema)
        {
            faults.Add(ConfigSurroundings.NoObject(path, connection));
            return null;
        }
        var fields = new ObjectMapping(name, [], schema);
        foreach (var (at, entry) in entries)
            new EntryCheck(
                at,
                entry,
                fields,
                sources,
                other => around.Schemas.GetValueOrDefault((connection.Id, other)),
                faults
            ).Run();
        ConfigRules.Twice(
            entries,
            setting => setting.Entry.Field.ToUpperInvariant(),
            setting => SettingReader.Join(setting.Path, "field"),
            "is a CRM field that is mapped above already",
            faults
        );
        return fields;
    }
}
