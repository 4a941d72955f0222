namespace LeadSync.CrmSimulator.Data;

/// <summary>
/// The effects of one request on one org: applied at once, noted for the journal, and taken back down to a savepoint when
/// the request is all or none. Used while holding the org's gate.
/// </summary>
internal sealed class Transaction(Org org, string userId, DateTimeOffset now)
{
    private readonly List<Change> changes = [];
    private readonly List<Action> undo = [];
    private readonly List<int> undoOfChange = [];

    /// <summary>Whole seconds: the stamps of every recorded answer end in .000.</summary>
    public DateTimeOffset Now { get; } = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));

    public string UserId => userId;

    public IReadOnlyList<Change> Changes => changes;

    public int Savepoint() => changes.Count;

    public void RollBackTo(int savepoint)
    {
        if (savepoint >= changes.Count)
            return;
        var firstUndo = undoOfChange[savepoint];
        for (var i = undo.Count - 1; i >= firstUndo; i--)
            undo[i]();
        undo.RemoveRange(firstUndo, undo.Count - firstUndo);
        undoOfChange.RemoveRange(savepoint, undoOfChange.Count - savepoint);
        changes.RemoveRange(savepoint, changes.Count - savepoint);
    }

    public Record Create(SObject type, IEnumerable<KeyValuePair<string, object?>> values)
    {
        Begin();
        var table = org.Table(type.Name);
        var record = new Record(type, RecordId.Make(type.Prefix, org.Pod, ++table.LastNumber));
        var fields = new List<FieldChange>();
        foreach (var (field, value) in values)
        {
            if (value is null)
                continue;
            record.Set(field, value);
            fields.Add(new(field, null, value));
        }

        Stamp(record, created: true);
        table.Add(record);
        undo.Add(() => table.Remove(record));
        changes.Add(new(ChangeKind.Created, type.Name, record.Id, userId, Now, fields));
        return record;
    }

    /// <summary>Sets fields and moves the stamps, also when nothing differs: the CRM does so too.</summary>
    public void Update(
        Record record,
        IEnumerable<KeyValuePair<string, object?>> values,
        ChangeKind kind = ChangeKind.Updated
    )
    {
        Begin();
        var table = org.Table(record.Type);
        var fields = new List<FieldChange>();
        foreach (var (field, value) in values)
        {
            var before = record[field];
            if (Equals(before, value))
                continue;
            table.Set(record, field, value);
            undo.Add(() => table.Set(record, field, before));
            fields.Add(new(field, before, value));
        }

        RememberStamps(record);
        Stamp(record, created: false, systemOnly: kind == ChangeKind.Touched);
        changes.Add(new(kind, record.Type, record.Id, userId, Now, fields));
    }

    public void Delete(Record record, string? mergedInto = null) =>
        Update(
            record,
            mergedInto is null ? [new("IsDeleted", true)] : [new("IsDeleted", true), new("MasterRecordId", mergedInto)],
            ChangeKind.Deleted
        );

    private void Begin() => undoOfChange.Add(undo.Count);

    private void RememberStamps(Record record)
    {
        var (modified, by, system) = (record["LastModifiedDate"], record["LastModifiedById"], record["SystemModstamp"]);
        undo.Add(() =>
        {
            record.Set("LastModifiedDate", modified);
            record.Set("LastModifiedById", by);
            record.Set("SystemModstamp", system);
        });
    }

    private void Stamp(Record record, bool created, bool systemOnly = false) =>
        Stamp(record, userId, Now, created, systemOnly);

    /// <summary>Notes who changed a record and when, as the journal's replay does again.</summary>
    public static void Stamp(Record record, string by, DateTimeOffset at, bool created, bool systemOnly)
    {
        if (created)
        {
            record.Set("CreatedDate", at);
            record.Set("CreatedById", by);
        }

        record.Set("SystemModstamp", at);
        if (systemOnly)
            return;
        record.Set("LastModifiedDate", at);
        record.Set("LastModifiedById", by);
    }
}
