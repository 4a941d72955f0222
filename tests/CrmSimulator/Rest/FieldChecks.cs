using System.Globalization;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>Whether the values of one record fit its fields, as the CRM checks before any rule of the org does.</summary>
internal sealed class FieldChecks(Viewer viewer)
{
    private readonly Org org = viewer.Org;

    public static readonly ApiError InvalidReference = new(
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
        []
    );

    /// <param name="self">The record as it is; null when it is about to be created.</param>
    public List<ApiError> Check(SObject type, RecordInput input, Record? self)
    {
        if (input.Unknown.Count > 0)
            return [ApiError.NoSuchColumn(input.Unknown[0], type.Name)];
        var locked = input
            .Values.Where(value => self is null ? !value.Field.CanCreate : !value.Field.CanUpdate)
            .Select(value => value.Field.Name)
            .ToList();
        if (locked.Count > 0)
        {
            return
            [
                new(
                    "INVALID_FIELD_FOR_INSERT_UPDATE",
                    $"Unable to create/update fields: {string.Join(", ", locked)}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
                    locked
                ),
            ];
        }

        var errors = new List<ApiError>();
        foreach (var (field, value) in input.Values.ToList())
        {
            if (value is null)
                continue;
            var stored = value;
            if (field.Type == FieldType.Reference && RecordId.TryRead((string)value, out var full))
            {
                // The long form is what is stored, whichever was sent.
                stored = full;
                input.Put(field, full);
            }

            if (Check(type, field, stored, input, self) is { } error)
                errors.Add(error);
        }

        if (org.Setup.Countries.Count > 0)
            errors.AddRange(CountryChecks.Check(org.Setup.Countries, type, input, self));
        return errors;
    }

    private ApiError? Check(SObject type, Field field, object value, RecordInput input, Record? self) =>
        value switch
        {
            string text when field.Type == FieldType.Reference => CheckReference(type, field, text),
            string text => CheckText(type, field, text, input, self) ?? CheckUnique(type, field, text, self),
            long number when Math.Abs(number) >= Math.Pow(10, field.Digits) => OutOfRange(field, number),
            double number when Math.Abs(number) >= Math.Pow(10, field.Precision - field.Scale) => OutOfRange(
                field,
                number
            ),
            _ => null,
        };

    private ApiError? CheckText(SObject type, Field field, string text, RecordInput input, Record? self)
    {
        if (text.Length > field.Length)
        {
            return new(
                "STRING_TOO_LONG",
                $"{field.Label}: data value too large: {text} (max length={field.Length.ToString(CultureInfo.InvariantCulture)})",
                [field.Name]
            );
        }

        if (field.Type == FieldType.Email && text.Length > 0 && !EmailSyntax.Allows(text))
            return new("INVALID_EMAIL_ADDRESS", $"{field.Label}: invalid email address: {text}", [field.Name]);
        if (!field.Restricted)
            return null;
        var offered = Offered(type, field, (input["RecordTypeId"] ?? self?["RecordTypeId"]) as string);
        var wrong =
            field.Type == FieldType.MultiPicklist
                ? Array.Find(text.Split(';'), one => !Offers(offered, one))
                : (Offers(offered, text) ? null : text);
        return wrong is null
            ? null
            : new(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                $"{field.Label}: bad value for restricted picklist field: {wrong}",
                [field.Name]
            );
    }

    /// <summary>The active values of a restricted picklist, of which a record type may take only some.</summary>
    private IEnumerable<string> Offered(SObject type, Field field, string? recordTypeId)
    {
        var active = field.Values.Where(value => value.Active).Select(value => value.Value);
        if (org.FindRecordType(type.Name, recordTypeId)?.Values?.GetValueOrDefault(field.Name) is not { } some)
            return active;
        return active.Where(value => some.Contains(value, StringComparer.OrdinalIgnoreCase));
    }

    private static bool Offers(IEnumerable<string> offered, string text) =>
        offered.Contains(text, StringComparer.OrdinalIgnoreCase);

    private ApiError? CheckUnique(SObject type, Field field, string text, Record? self)
    {
        if (!field.Unique)
            return null;
        var holder = org.Table(type.Name)
            .FindBy(field.Name, text)
            .FirstOrDefault(record => !record.IsDeleted && record != self);
        return holder is null
            ? null
            : new(
                "DUPLICATE_VALUE",
                $"duplicate value found: {field.Name} duplicates value on record with id: {holder.Id[..15]}",
                []
            );
    }

    private ApiError? CheckReference(SObject type, Field field, string text)
    {
        if (!RecordId.TryRead(text, out var id))
            return ApiError.MalformedId(field.Label, text, field.Name);
        var target = org.ObjectOfId(id);
        if (target is not null && !field.ReferenceTo.Contains(target.Name, StringComparer.Ordinal))
            return ApiError.MalformedId(field.Label, text, field.Name);
        var record = target is null ? null : org.Table(target.Name).Find(id);
        if (record is null || record.IsDeleted)
            return InvalidReference with { Fields = [field.Name] };
        if (!viewer.Sees(record))
        {
            return new(
                "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
                "insufficient access rights on cross-reference id",
                [field.Name]
            );
        }

        if (field.Name == "RecordTypeId" && org.FindRecordType(type.Name, id) is not { IsActive: true })
            return InvalidReference with { Fields = [field.Name] };
        if (field.Name != "OwnerId")
            return null;
        if (target!.Name == "User" && record["IsActive"] is not true)
        {
            return new(
                "INACTIVE_OWNER_OR_USER",
                $"operation performed with inactive user [{id}] as owner of {type.Name.ToLowerInvariant()}",
                []
            );
        }

        return target.Name == "Group" && !org.IsQueueFor(id, type.Name)
            ? new("INVALID_CROSS_REFERENCE_KEY", "Queue not associated with this SObject type", [field.Name])
            : null;
    }

    private static ApiError OutOfRange(Field field, IFormattable number) =>
        new(
            "NUMBER_OUTSIDE_VALID_RANGE",
            $"{field.Label}: value outside of valid range on numeric field: {number.ToString(null, CultureInfo.InvariantCulture)}",
            [field.Name]
        );
}
