namespace LeadSync.Mapping.References;

/// <summary>A record as a lead names it.</summary>
/// <param name="Object">API name of the record's object, as <c>Campaign</c>.</param>
/// <param name="By">API name of the field that holds the value, as <c>Name</c>.</param>
/// <param name="Value">Trimmed; as it was captured otherwise.</param>
public sealed record ReferenceKey(string Object, string By, string Value);

/// <summary>What the CRM said of a reference when it was last asked.</summary>
public abstract record ReferenceCopy
{
    private ReferenceCopy() { }

    public sealed record Found(string RecordId) : ReferenceCopy;

    /// <summary>No record has the value.</summary>
    public sealed record Missing : ReferenceCopy;

    /// <summary>More than one record has it.</summary>
    public sealed record Ambiguous : ReferenceCopy;

    /// <param name="state">As the copy has it: <c>found</c>, <c>several</c> or <c>none</c>.</param>
    /// <param name="recordId">Null unless one was found.</param>
    public static ReferenceCopy Of(string state, string? recordId) =>
        state switch
        {
            "found" => new Found(recordId!),
            "several" => new Ambiguous(),
            _ => new Missing(),
        };
}

/// <summary>The references that were looked up, of those that some leads name.</summary>
public sealed class KnownReferences(IReadOnlyDictionary<(Guid ConnectionId, ReferenceKey Key), ReferenceCopy> copies)
{
    public static readonly KnownReferences None = new(new Dictionary<(Guid, ReferenceKey), ReferenceCopy>());

    /// <summary>Null where it was not looked up yet.</summary>
    public ReferenceCopy? Find(Guid connectionId, ReferenceKey key) => copies.GetValueOrDefault((connectionId, key));

    /// <summary>These and others.</summary>
    public KnownReferences With(
        IEnumerable<KeyValuePair<(Guid ConnectionId, ReferenceKey Key), ReferenceCopy>> others
    ) => new(copies.Concat(others).ToDictionary());
}
