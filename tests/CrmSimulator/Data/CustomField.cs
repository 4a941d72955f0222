namespace LeadSync.CrmSimulator.Data;

/// <summary>A custom field as the control API takes it and as it is kept.</summary>
/// <param name="Name">Ends in __c.</param>
/// <param name="Length">Most characters; 255 for text when not given.</param>
/// <param name="Required">Refused when missing on create, and never emptied.</param>
/// <param name="ExternalId">Usable as the key of an upsert.</param>
/// <param name="Values">Of a picklist.</param>
/// <param name="Restricted">The picklist takes only its values.</param>
public sealed record CustomField(
    string Name,
    FieldType Type,
    string? Label = null,
    int? Length = null,
    bool Required = false,
    bool ExternalId = false,
    bool Unique = false,
    IReadOnlyList<string>? Values = null,
    bool Restricted = false,
    string? ReferenceTo = null
)
{
    public Field ToField() =>
        new(Name, Label ?? Name.Replace("__c", "", StringComparison.Ordinal).Replace('_', ' '), Type)
        {
            Length = Length ?? DefaultLength,
            Precision = 18,
            Scale = Type == FieldType.Double ? 2 : 0,
            Digits = 9,
            Nillable = !Required && Type != FieldType.Boolean,
            DefaultedOnCreate = Type == FieldType.Boolean,
            Default = Type == FieldType.Boolean ? false : null,
            IdLookup = ExternalId,
            ExternalId = ExternalId,
            Unique = Unique,
            Custom = true,
            Restricted = Restricted,
            Values = [.. (Values ?? []).Select(value => new PicklistValue(value))],
            ReferenceTo = ReferenceTo is null ? [] : [ReferenceTo],
        };

    internal static CustomField Of(Field field) =>
        new(
            field.Name,
            field.Type,
            field.Label,
            field.Length,
            field is { Nillable: false, Type: not FieldType.Boolean },
            field.ExternalId,
            field.Unique,
            [.. field.Values.Select(value => value.Value)],
            field.Restricted,
            field.ReferenceTo.Count == 0 ? null : field.ReferenceTo[0]
        );

    private int DefaultLength =>
        Type switch
        {
            FieldType.String or FieldType.Picklist or FieldType.Url or FieldType.TextArea => 255,
            FieldType.MultiPicklist => 4_099,
            FieldType.Email => 80,
            FieldType.Phone => 40,
            FieldType.Reference => 18,
            _ => 0,
        };
}
