namespace LeadSync.CrmSimulator.Data;

/// <summary>A copy of a record as it was when asked for, hidden fields too. Empty fields read as null.</summary>
public sealed record SimulatedRecord(string Object, string Id, IReadOnlyDictionary<string, object> Fields)
{
    public object? this[string field] => Fields.GetValueOrDefault(field);

    public bool IsDeleted => this["IsDeleted"] is true;

    internal static SimulatedRecord Of(SObject type, Record record)
    {
        var fields = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in type.Fields)
        {
            if (record[field.Name] is { } value)
                fields[field.Name] = value;
        }

        return new(record.Type, record.Id, fields);
    }
}
