namespace LeadSync.Crm;

/// <summary>An object of the CRM as the connected user may see and write it.</summary>
public sealed record ObjectSchema(
    string Object,
    string Label,
    bool Createable,
    bool Updateable,
    IReadOnlyList<FieldSchema> Fields
)
{
    /// <summary>When it was last changed, by the CRM's clock, where it says so.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>The record types that the connected user may give its records; null where the CRM does not tell.</summary>
    public IReadOnlyList<RecordTypeSchema>? RecordTypes { get; init; }

    /// <summary>The field of that API name, whose case does not matter; null when there is none, or none that the user may see.</summary>
    public FieldSchema? Find(string name) =>
        Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>An object of the CRM in the list of all that the connected user may see.</summary>
/// <param name="Object">API name.</param>
/// <param name="Label">What people see.</param>
public sealed record ObjectSummary(
    string Object,
    string Label,
    bool Custom,
    bool Queryable,
    bool Createable,
    bool Updateable
);

/// <summary>A field of the CRM.</summary>
/// <param name="Name">API name.</param>
/// <param name="Label">What people see.</param>
/// <param name="Type">The CRM's own type name, as <c>string</c>, <c>picklist</c>, <c>email</c>, <c>datetime</c>.</param>
/// <param name="Length">Longest text in characters; 0 where length means nothing.</param>
/// <param name="RequiredOnCreate">A create without a value is refused.</param>
public sealed record FieldSchema(
    string Name,
    string Label,
    string Type,
    int Length,
    bool RequiredOnCreate,
    bool Createable,
    bool Updateable
)
{
    /// <summary>May hold nothing; a field that may not cannot be cleared.</summary>
    public bool Nillable { get; init; } = true;

    /// <summary>A picklist that refuses any value but its own.</summary>
    public bool RestrictedPicklist { get; init; }

    /// <summary>Active values of a picklist, as they are written.</summary>
    public IReadOnlyList<string> PicklistValues { get; init; } = [];

    /// <summary>The value the org gives when a create has none.</summary>
    public string? DefaultValue { get; init; }

    public bool ExternalId { get; init; }
    public bool Unique { get; init; }
    public bool Custom { get; init; }

    /// <summary>Digits in all, for numbers; 0 otherwise.</summary>
    public int Precision { get; init; }

    /// <summary>Digits after the point, for numbers; 0 otherwise.</summary>
    public int Scale { get; init; }
}

/// <summary>A record type of an object.</summary>
/// <param name="Id">In its long form (Salesforce: <c>012…</c>).</param>
/// <param name="Name">Its name for programs (Salesforce: DeveloperName).</param>
/// <param name="Label">What people see.</param>
public sealed record RecordTypeSchema(string Id, string Name, string Label);
