using LeadSync.Crm;

namespace LeadSync.Push.Matching;

/// <summary>The records that one search found, by what they are looked up with.</summary>
public sealed class FoundRecords
{
    private readonly Dictionary<string, CrmRecord> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<CrmRecord>> _byEmail = new(StringComparer.OrdinalIgnoreCase);

    public FoundRecords(IEnumerable<CrmRecord> records)
    {
        foreach (var record in records)
        {
            if (!_byId.TryAdd(record.Id, record) || record.Email is null)
                continue;
            if (!_byEmail.TryGetValue(record.Email, out var same))
                _byEmail[record.Email] = same = [];
            same.Add(record);
        }
    }

    public CrmRecord? ById(string? recordId) =>
        RecordId.TryLengthen(recordId, out var longId) ? _byId.GetValueOrDefault(longId) : null;

    public IReadOnlyList<CrmRecord> ByEmail(string? email) =>
        email is not null && _byEmail.TryGetValue(email, out var records) ? records : [];
}
