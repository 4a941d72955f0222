namespace LeadSync.Contracts;

/// <summary>
/// An object of a connection's CRM as its user may see and write it: <c>GET /v1/connections/{id}/schema/{object}</c> at
/// Connector. Mapping keeps the last good one.
/// </summary>
public sealed record CrmSchema(
    string Object,
    string Label,
    bool Createable,
    bool Updateable,
    DateTimeOffset ReadAt,
    IReadOnlyList<CrmField> Fields
)
{
    /// <summary>The record types that the user may give its records; null where it is not known.</summary>
    public IReadOnlyList<CrmRecordType>? RecordTypes { get; init; }
}

/// <summary>A record type of a CRM object.</summary>
/// <param name="Id">The CRM's id of it, as it is written into a record.</param>
/// <param name="Name">Its name for programs (Salesforce: DeveloperName).</param>
/// <param name="Label">What people see.</param>
public sealed record CrmRecordType(string Id, string Name, string Label);

/// <summary>A field of a CRM object.</summary>
/// <param name="Name">API name.</param>
/// <param name="Label">What people see.</param>
/// <param name="Type">The CRM's own type name, as <c>string</c>, <c>picklist</c>, <c>email</c>.</param>
/// <param name="Length">Longest text in characters; 0 where length means nothing.</param>
/// <param name="RequiredOnCreate">A create without a value is refused.</param>
public sealed record CrmField(
    string Name,
    string Label,
    string Type,
    int Length,
    bool RequiredOnCreate,
    bool Createable,
    bool Updateable
)
{
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
