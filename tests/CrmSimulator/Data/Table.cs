using System.Runtime.InteropServices;

namespace LeadSync.CrmSimulator.Data;

/// <summary>The records of one object in the order of creation, found by id and by the values of its key fields.</summary>
internal sealed class Table
{
    private readonly Dictionary<string, Record> byId = new(StringComparer.Ordinal);
    private readonly List<Record> records = [];
    private readonly Dictionary<string, Dictionary<string, List<Record>>> indexes = new(StringComparer.Ordinal);

    public IReadOnlyList<Record> Records => records;

    /// <summary>The highest number given to an id here; the next record takes the one after.</summary>
    public long LastNumber { get; set; }

    public Record? Find(string id) => byId.GetValueOrDefault(id);

    public bool IsIndexed(string field) => indexes.ContainsKey(field);

    /// <summary>Records, deleted ones too, that hold a key value; case makes no difference.</summary>
    public IReadOnlyList<Record> FindBy(string field, string value) =>
        indexes[field].GetValueOrDefault(Key(value)) ?? [];

    public void Index(string field)
    {
        if (indexes.ContainsKey(field))
            return;
        indexes[field] = new(StringComparer.Ordinal);
        foreach (var record in records)
            Enter(field, record, record[field]);
    }

    public void Add(Record record)
    {
        byId.Add(record.Id, record);
        records.Add(record);
        LastNumber = Math.Max(LastNumber, RecordId.NumberOf(record.Id));
        foreach (var field in indexes.Keys)
            Enter(field, record, record[field]);
    }

    public void Remove(Record record)
    {
        byId.Remove(record.Id);
        records.RemoveAt(records.LastIndexOf(record));
        foreach (var field in indexes.Keys)
            Leave(field, record, record[field]);
    }

    public void Set(Record record, string field, object? value)
    {
        var indexed = indexes.ContainsKey(field);
        if (indexed)
            Leave(field, record, record[field]);
        record.Set(field, value);
        if (indexed)
            Enter(field, record, value);
    }

    private void Enter(string field, Record record, object? value)
    {
        if (value is null)
            return;
        ref var holders = ref CollectionsMarshal.GetValueRefOrAddDefault(indexes[field], Key(value), out _);
        (holders ??= []).Add(record);
    }

    private void Leave(string field, Record record, object? value)
    {
        if (value is not null && indexes[field].TryGetValue(Key(value), out var holders))
            holders.Remove(record);
    }

    private static string Key(object value) => ((value as string) ?? $"{value}").ToLowerInvariant();
}
