namespace LeadSync.CrmSimulator.Data;

public enum FieldType
{
    Id,
    String,
    TextArea,
    Email,
    Phone,
    Url,
    Picklist,
    MultiPicklist,
    Boolean,
    Int,
    Double,
    Currency,
    Percent,
    Date,
    DateTime,
    Reference,
    Address,
}

/// <summary>What the API user may do with a field: nothing at all (it is absent from every answer), read it, or write it too.</summary>
public enum FieldAccess
{
    Edit,
    Read,
    Hidden,
}

/// <param name="Value">What is stored and written.</param>
/// <param name="Active">Inactive values are still listed by describe, but a restricted picklist refuses them.</param>
public sealed record PicklistValue(string Value, bool Active = true, bool Default = false);

/// <summary>One field of an object, with the attributes that describe shows and that writes are checked against.</summary>
public sealed record Field(string Name, string Label, FieldType Type)
{
    /// <summary>Most characters of a text, in UTF-16 units; 0 for what is no text.</summary>
    public int Length { get; init; }
    public int Precision { get; init; }
    public int Scale { get; init; }

    /// <summary>Most digits of a whole number.</summary>
    public int Digits { get; init; }
    public bool Createable { get; init; } = true;
    public bool Updateable { get; init; } = true;
    public bool Nillable { get; init; } = true;

    /// <summary>The CRM fills it on create when the caller does not.</summary>
    public bool DefaultedOnCreate { get; init; }
    public object? Default { get; init; }

    /// <summary>Usable as the key of an upsert.</summary>
    public bool IdLookup { get; init; }
    public bool ExternalId { get; init; }
    public bool Unique { get; init; }
    public bool Custom { get; init; }

    /// <summary>Only active values are accepted; otherwise any text up to the length is stored.</summary>
    public bool Restricted { get; init; }
    public IReadOnlyList<PicklistValue> Values { get; init; } = [];

    /// <summary>The compound field this one is a part of, as Address.</summary>
    public string? PartOf { get; init; }

    /// <summary>The field that names the record.</summary>
    public bool NameField { get; init; }

    /// <summary>Objects that a reference may point to.</summary>
    public IReadOnlyList<string> ReferenceTo { get; init; } = [];
    public FieldAccess Access { get; init; }

    public bool Visible => Access != FieldAccess.Hidden;
    public bool CanCreate => Createable && Access == FieldAccess.Edit;
    public bool CanUpdate => Updateable && Access == FieldAccess.Edit;
    public bool Required => !Nillable && Createable && !DefaultedOnCreate && Type != FieldType.Boolean;

    /// <summary>Whether field-level security applies to it; required and system fields are always there.</summary>
    public bool Permissionable => Nillable || (Type == FieldType.Boolean && Createable && Updateable);

    /// <summary>Long text areas can be read but not compared in a query.</summary>
    public bool Filterable => Type != FieldType.Address && !(Type == FieldType.TextArea && Length > 255);

    public bool Sortable => Filterable && Type != FieldType.MultiPicklist;

    public bool IsText =>
        Type
            is FieldType.String
                or FieldType.TextArea
                or FieldType.Email
                or FieldType.Phone
                or FieldType.Url
                or FieldType.Picklist
                or FieldType.MultiPicklist;

    public bool IsNumber => Type is FieldType.Int or FieldType.Double or FieldType.Currency or FieldType.Percent;

    /// <summary>The name under which a query reaches the record this field points to, as Owner for OwnerId.</summary>
    public string? RelationshipName =>
        Type != FieldType.Reference ? null
        : Custom ? string.Concat(Name.AsSpan(0, Name.Length - 1), "r")
        : Name.EndsWith("Id", StringComparison.Ordinal) ? Name[..^2]
        : Name;
}
