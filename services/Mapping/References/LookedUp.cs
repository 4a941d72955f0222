namespace LeadSync.Mapping.References;

/// <summary>What Connector found for one value.</summary>
/// <param name="RecordId">Null unless there is exactly one record.</param>
/// <param name="Count">How many records have the value.</param>
public sealed record LookedUp(string Value, string? RecordId, int Count)
{
    /// <summary>As the copy has it.</summary>
    public string State =>
        Count == 0 ? "none"
        : Count == 1 && RecordId is not null ? "found"
        : "several";

    /// <summary>As leads read it.</summary>
    public ReferenceCopy Copy() => ReferenceCopy.Of(State, RecordId);
}
