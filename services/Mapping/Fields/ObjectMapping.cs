using LeadSync.Contracts;

namespace LeadSync.Mapping.Fields;

/// <summary>A connection's mapping of one object, with the schema it is checked against.</summary>
public sealed class ObjectMapping
{
    private readonly Dictionary<string, CrmField> _fields;

    /// <param name="schema">The last good one; null when it could never be read.</param>
    public ObjectMapping(string name, IReadOnlyList<MappingEntry> entries, CrmSchema? schema)
    {
        Object = name;
        Entries = entries;
        IsSchemaKnown = schema is not null;
        LooksUp = entries.Any(entry => entry.LooksUp);
        // Field names are the CRM's, and it tells them apart without regard to case.
        _fields = (schema?.Fields ?? []).ToDictionary(field => field.Name, StringComparer.OrdinalIgnoreCase);
        RequiredOnCreate =
        [
            .. (schema?.Fields ?? [])
                .Where(field => field is { RequiredOnCreate: true, DefaultValue: null })
                .Select(field => field.Name),
        ];
    }

    private ObjectMapping(ObjectMapping from, IReadOnlyList<MappingEntry> entries)
    {
        (Object, Entries, IsSchemaKnown) = (from.Object, entries, from.IsSchemaKnown);
        (_fields, RequiredOnCreate) = (from._fields, from.RequiredOnCreate);
        LooksUp = entries.Any(entry => entry.LooksUp);
    }

    public string Object { get; }
    public IReadOnlyList<MappingEntry> Entries { get; }
    public bool IsSchemaKnown { get; }

    /// <summary>Whether an entry needs records to be looked up.</summary>
    public bool LooksUp { get; }

    /// <summary>What a create must have, as the org gives no value of its own.</summary>
    public IReadOnlyList<string> RequiredOnCreate { get; }

    /// <summary>The same object with other entries; the schema, which is large, is shared.</summary>
    public ObjectMapping With(IReadOnlyList<MappingEntry> entries) => new(this, entries);

    public CrmField? Field(string name) => _fields.GetValueOrDefault(name);
}
