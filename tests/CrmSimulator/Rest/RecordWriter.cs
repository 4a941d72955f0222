using System.Globalization;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>Whether the org's assignment rule gives the record an owner.</summary>
internal enum AutoAssign
{
    On,
    Off,
}

/// <summary>What became of one record of a write.</summary>
internal sealed record WriteResult(string? Id, bool Created, IReadOnlyList<ApiError> Errors)
{
    public bool Failed => Errors.Count > 0;

    public static WriteResult Failure(string? id, params IReadOnlyList<ApiError> errors) => new(id, false, errors);
}

/// <summary>Checks one record's fields as the CRM does and writes them; a record with any error is not touched.</summary>
internal sealed class RecordWriter(Org org, Transaction transaction)
{
    public WriteResult Create(SObject type, RecordInput input, AutoAssign autoAssign)
    {
        if (!type.Writeable)
            return WriteResult.Failure(null, NoAccess);
        if (input.HasId && input.Id is not null)
        {
            return WriteResult.Failure(
                null,
                new ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"])
            );
        }

        var errors = CheckFields(type, input, creating: true, self: null);
        if (errors.Count > 0)
            return WriteResult.Failure(null, errors);
        var missing = type
            .RequiredFields.Where(field => input[field.Name] is null)
            .Select(field => field.Name)
            .ToList();
        if (missing.Count > 0)
            return WriteResult.Failure(null, Missing(missing));

        var values = input.Values.ToDictionary(v => v.Field.Name, v => v.Value, StringComparer.Ordinal);
        foreach (var field in type.DefaultFields)
        {
            if (values.GetValueOrDefault(field.Name) is null)
                values[field.Name] = field.Default;
        }

        if (type.FindEvenHidden("OwnerId") is not null && values.GetValueOrDefault("OwnerId") is null)
            values["OwnerId"] = transaction.UserId;
        Assign(type, values, autoAssign);
        return new(transaction.Create(type, values).Id, true, []);
    }

    /// <summary>Updates the record of an id; <paramref name="input"/> holds no id.</summary>
    public WriteResult Update(SObject type, string id, RecordInput input, AutoAssign autoAssign)
    {
        if (!type.Writeable)
            return WriteResult.Failure(id, NoAccess);
        if (!RecordId.TryRead(id, out var full) || !full.StartsWith(type.Prefix, StringComparison.Ordinal))
            return WriteResult.Failure(id, ApiError.MalformedId("Record ID", id, "Id"));
        var record = org.Table(type.Name).Find(full);
        if (record is null)
            return WriteResult.Failure(full, InvalidReference);
        if (record.IsDeleted)
            return WriteResult.Failure(full, ApiError.Deleted);
        if (record.IsConverted)
            return WriteResult.Failure(full, ApiError.Converted);

        var errors = CheckFields(type, input, creating: false, record);
        if (errors.Count > 0)
            return WriteResult.Failure(full, errors);
        var emptied = input
            .Values.Where(value => value.Value is null && !value.Field.Nillable)
            .Select(value => value.Field.Name)
            .ToList();
        if (emptied.Count > 0)
            return WriteResult.Failure(full, Missing(emptied));

        var values = input.Values.ToDictionary(v => v.Field.Name, v => v.Value, StringComparer.Ordinal);
        Assign(type, values, autoAssign);
        transaction.Update(record, values);
        return new(full, false, []);
    }

    public WriteResult Delete(string id)
    {
        if (!RecordId.TryRead(id, out var full) || org.ObjectOfId(full) is not { } type)
            return WriteResult.Failure(id, ApiError.MalformedId("Record ID", id, "Id"));
        if (!type.Writeable)
            return WriteResult.Failure(full, NoAccess);
        var record = org.Table(type.Name).Find(full);
        if (record is null)
            return WriteResult.Failure(full, InvalidReference);
        if (record.IsDeleted)
            return WriteResult.Failure(full, ApiError.Deleted);
        transaction.Delete(record);
        return new(full, false, []);
    }

    private static readonly ApiError NoAccess = new(
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights on object id",
        []
    );

    private static readonly ApiError InvalidReference = new(
        "INVALID_CROSS_REFERENCE_KEY",
        "invalid cross reference id",
        []
    );

    private static ApiError Missing(List<string> fields) =>
        new("REQUIRED_FIELD_MISSING", $"Required fields are missing: [{string.Join(", ", fields)}]", fields);

    private void Assign(SObject type, Dictionary<string, object?> values, AutoAssign autoAssign)
    {
        if (type.Name == "Lead" && autoAssign == AutoAssign.On && org.Settings.AssignLeadsTo is { } owner)
            values["OwnerId"] = owner;
    }

    private List<ApiError> CheckFields(SObject type, RecordInput input, bool creating, Record? self)
    {
        if (input.Unknown.Count > 0)
            return [ApiError.NoSuchColumn(input.Unknown[0], type.Name)];
        var locked = input
            .Values.Where(value => creating ? !value.Field.CanCreate : !value.Field.CanUpdate)
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

            if (Check(type, field, stored, self) is { } error)
                errors.Add(error);
        }

        return errors;
    }

    private ApiError? Check(SObject type, Field field, object value, Record? self) =>
        value switch
        {
            string text when field.Type == FieldType.Reference => CheckReference(type, field, text),
            string text => CheckText(field, text) ?? CheckUnique(type, field, text, self),
            long number when Math.Abs(number) >= Math.Pow(10, field.Digits) => OutOfRange(field, number),
            double number when Math.Abs(number) >= Math.Pow(10, field.Precision - field.Scale) => OutOfRange(
                field,
                number
            ),
            _ => null,
        };

    private static ApiError? CheckText(Field field, string text)
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
        var wrong =
            field.Type == FieldType.MultiPicklist
                ? Array.Find(text.Split(';'), one => !Offers(field, one))
                : (Offers(field, text) ? null : text);
        return wrong is null
            ? null
            : new(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                $"{field.Label}: bad value for restricted picklist field: {wrong}",
                [field.Name]
            );
    }

    private static bool Offers(Field field, string text) =>
        field.Values.Any(value => value.Active && string.Equals(value.Value, text, StringComparison.OrdinalIgnoreCase));

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
        return target!.Name == "User" && field.Name == "OwnerId" && record["IsActive"] is not true
            ? new(
                "INACTIVE_OWNER_OR_USER",
                $"operation performed with inactive user [{id}] as owner of {type.Name.ToLowerInvariant()}",
                []
            )
            : null;
    }

    private static ApiError OutOfRange(Field field, IFormattable number) =>
        new(
            "NUMBER_OUTSIDE_VALID_RANGE",
            $"{field.Label}: value outside of valid range on numeric field: {number.ToString(null, CultureInfo.InvariantCulture)}",
            [field.Name]
        );
}
