using LeadSync.Crm;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>
/// The records that one search found, by what they are looked up with. Deleted ones are found by their id only, so that it can be
/// told what became of them.
/// </summary>
public sealed class FoundRecords
{
    private readonly Dictionary<string, CrmRecord> _byId = new(StringComparer.Ordinal);
    private readonly List<CrmRecord> _alive = [];
    private readonly ILookup<string, CrmRecord> _byEmail;
    private readonly ILookup<string, CrmRecord> _byName;
    private readonly Dictionary<(string Object, string Field), ILookup<string, CrmRecord>> _byField = [];

    public FoundRecords(IEnumerable<CrmRecord> records)
    {
        foreach (var record in records)
        {
            if (_byId.TryAdd(record.Id, record) && !record.Deleted)
                _alive.Add(record);
        }
        _byEmail = Index(record => record.Email);
        _byName = Index(record =>
            record is { Company: { } company, LastName: { } lastName }
                ? Name(new CompanyAndLastName(company, lastName))
                : null
        );
    }

    /// <summary>Ids of 15 and 18 characters name the same record.</summary>
    public CrmRecord? ById(string? recordId) =>
        RecordId.TryLengthen(recordId, out var longId) ? _byId.GetValueOrDefault(longId) : null;

    public IEnumerable<CrmRecord> ByEmail(string? email) => email is null ? [] : _byEmail[email];

    public IEnumerable<CrmRecord> ByName(CompanyAndLastName? name) => name is null ? [] : _byName[Name(name)];

    /// <summary>The records of an object that hold an external id; those that hold it in the same case, where there are any.</summary>
    public IReadOnlyList<CrmRecord> ByExternalId(string objectName, ExternalKey key)
    {
        if (!_byField.TryGetValue((objectName, key.Field), out var index))
        {
            index = Index(record =>
                record.Object == objectName ? FieldValue.Text(Held(record, key.Field)).Trim() : null
            );
            _byField[(objectName, key.Field)] = index;
        }
        var found = index[key.Value].ToList();
        var exact = found.FindAll(record => FieldValue.Text(Held(record, key.Field)).Trim() == key.Value);
        return exact.Count > 0 ? exact : found;
    }

    /// <summary>What a record holds in a field that was read.</summary>
    public static System.Text.Json.JsonElement Held(CrmRecord record, string field) =>
        record.Fields.TryGetValue(field, out var value) ? value : FieldValue.Null;

    private ILookup<string, CrmRecord> Index(Func<CrmRecord, string?> key) =>
        _alive
            .Where(record => !string.IsNullOrEmpty(key(record)))
            .ToLookup(record => key(record)!, StringComparer.OrdinalIgnoreCase);

    private static string Name(CompanyAndLastName name) => $"{name.Company.Trim()}\n{name.LastName.Trim()}";
}
