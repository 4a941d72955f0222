using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rules;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>
/// Checks one record as the CRM does, by its fields and by the org's rules, and writes it; a record with any error is not
/// touched.
/// </summary>
internal sealed class RecordWriter(Viewer viewer, Transaction transaction, WriteOptions options)
{
    private readonly Org org = viewer.Org;
    private readonly FieldChecks checks = new(viewer);
    private readonly OrgRules rules = new(viewer.Org);

    /// <exception cref="TriggerException">A trigger threw: the chunk is taken back.</exception>
    public WriteResult Create(SObject type, RecordInput input)
    {
        if (!type.Createable)
            return WriteResult.Failure(null, NoAccess);
        if (input.HasId && input.Id is not null)
        {
            return WriteResult.Failure(
                null,
                new ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"])
            );
        }

        var errors = checks.Check(type, input, self: null);
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
        if (type.FindEvenHidden("RecordTypeId") is not null && values.GetValueOrDefault("RecordTypeId") is null)
            values["RecordTypeId"] = org.DefaultRecordType(type.Name);
        if (CampaignMembers.Complete(org, type, values) is { } refused)
            return WriteResult.Failure(null, refused);
        if (!options.ByHand && rules.ConcernThose(type))
        {
            var self = Provisional(type, "", values);
            if (rules.Refuse(type, self, creating: true, values.Keys, options) is { } error)
                return WriteResult.Failure(null, error);
            if (rules.Assign(type, self, creating: true, options.AutoAssign) is { } owner)
                values["OwnerId"] = owner;
            foreach (var (field, value) in rules.Automate(type, self, creating: true).ToList())
                values[field] = value;
        }

        var created = transaction.Create(type, values);
        CampaignMembers.AddStatuses(org, transaction, created);
        return new(created.Id, true, []);
    }

    /// <summary>Updates the record of an id; <paramref name="input"/> holds no id.</summary>
    /// <exception cref="TriggerException">A trigger threw: the chunk is taken back.</exception>
    public WriteResult Update(SObject type, string id, RecordInput input)
    {
        if (!type.Updateable)
            return WriteResult.Failure(id, NoAccess);
        if (!RecordId.TryRead(id, out var full) || !full.StartsWith(type.Prefix, StringComparison.Ordinal))
            return WriteResult.Failure(id, ApiError.MalformedId("Record ID", id, "Id"));
        var record = org.Table(type.Name).Find(full);
        if (Untouchable(record) is { } untouchable)
            return WriteResult.Failure(full, untouchable);
        if (record!.IsConverted)
            return WriteResult.Failure(full, ApiError.Converted);

        var errors = checks.Check(type, input, record);
        if (errors.Count > 0)
            return WriteResult.Failure(full, errors);
        var emptied = input
            .Values.Where(value => value.Value is null && !value.Field.Nillable)
            .Select(value => value.Field.Name)
            .ToList();
        if (emptied.Count > 0)
            return WriteResult.Failure(full, Missing(emptied));

        var values = input.Values.ToDictionary(v => v.Field.Name, v => v.Value, StringComparer.Ordinal);
        if (CampaignMembers.Complete(org, type, values, record) is { } refused)
            return WriteResult.Failure(full, refused);
        if (!options.ByHand && rules.ConcernThose(type))
        {
            var changed = values
                .Where(one => !Equals(one.Value, record[one.Key]))
                .Select(one => one.Key)
                .ToHashSet(StringComparer.Ordinal);
            var self = Provisional(
                type,
                full,
                record.Stored.Select(one => KeyValuePair.Create(one.Key, (object?)one.Value)).Concat(values)
            );
            if (rules.Refuse(type, self, creating: false, changed, options) is { } error)
                return WriteResult.Failure(full, error);
            if (rules.Assign(type, self, creating: false, options.AutoAssign) is { } owner)
                values["OwnerId"] = owner;
            foreach (var (field, value) in rules.Automate(type, self, creating: false).ToList())
                values[field] = value;
        }

        transaction.Update(record, values);
        return new(full, false, []);
    }

    public WriteResult Delete(string id)
    {
        if (!RecordId.TryRead(id, out var full) || org.ObjectOfId(full) is not { } known)
            return WriteResult.Failure(id, ApiError.MalformedId("Record ID", id, "Id"));
        if (viewer.FindObject(known.Name) is not { Deletable: true })
            return WriteResult.Failure(full, NoAccess);
        var record = org.Table(known.Name).Find(full);
        if (Untouchable(record) is { } error)
            return WriteResult.Failure(full, error);
        transaction.Delete(record!);
        return new(full, false, []);
    }

    private static readonly ApiError NoAccess = new(
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights on object id",
        []
    );

    /// <summary>Why a record cannot be written, whatever is written; null when it can.</summary>
    private ApiError? Untouchable(Record? record)
    {
        if (record is null || !viewer.Sees(record))
            return FieldChecks.InvalidReference;
        if (record.IsDeleted)
            return ApiError.Deleted;
        if (!viewer.MayEdit(record))
            return NoAccess;
        return !options.ByHand && org.IsLocked(record.Id)
            ? new("ENTITY_IS_LOCKED", "the entity is locked for editing", [])
            : null;
    }

    private static ApiError Missing(List<string> fields) =>
        new("REQUIRED_FIELD_MISSING", $"Required fields are missing: [{string.Join(", ", fields)}]", fields);

    /// <summary>The record as it would be, for rules to look at.</summary>
    private static Record Provisional(SObject type, string id, IEnumerable<KeyValuePair<string, object?>> values)
    {
        var record = new Record(type, id);
        foreach (var (field, value) in values)
            record.Set(field, value);
        return record;
    }
}
