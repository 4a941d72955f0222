namespace LeadSync.CrmSimulator.Data;

/// <summary>
/// One row of an object. Values are string, bool, double, long, <see cref="DateOnly"/> or <see cref="DateTimeOffset"/>;
/// what is empty is absent.
/// </summary>
public sealed class Record(SObject type, string id)
{
    private readonly Dictionary<string, object> values = new(StringComparer.Ordinal);

    public string Type { get; } = type.Name;
    public string Id { get; } = id;
    public bool IsDeleted => values.GetValueOrDefault("IsDeleted") is true;
    public bool IsConverted => values.GetValueOrDefault("IsConverted") is true;
    public DateTimeOffset CreatedDate => (DateTimeOffset)values["CreatedDate"];
    public DateTimeOffset SystemModstamp => (DateTimeOffset)values["SystemModstamp"];

    /// <summary>The value under a field's exact name; null when empty. Names are joined and addresses gathered on the way.</summary>
    public object? this[string field] =>
        field switch
        {
            "Id" => Id,
            "Name" when values.ContainsKey("LastName") => Joined(
                values.GetValueOrDefault("FirstName"),
                values["LastName"]
            ),
            _ => values.GetValueOrDefault(field),
        };

    internal void Set(string field, object? value)
    {
        if (value is null)
            values.Remove(field);
        else
            values[field] = value;
    }

    /// <summary>What is stored, without the id.</summary>
    public IReadOnlyDictionary<string, object> Stored => values;

    private static string Joined(object? first, object last) => first is null ? $"{last}" : $"{first} {last}";
}
