namespace LeadSync.CrmSimulator.Data;

public enum ChangeKind
{
    Created,
    Updated,
    Deleted,

    /// <summary>Only SystemModstamp moved: automation touched the row, no user did.</summary>
    Touched,
}

/// <summary>What a field held and holds; null is empty.</summary>
public readonly record struct FieldChange(string Field, object? Before, object? After);

/// <summary>One effect on one record, as the journal keeps it. Stamps are not among the fields: they follow from By and At.</summary>
/// <param name="By">Id of the user who did it.</param>
public sealed record Change(
    ChangeKind Kind,
    string Object,
    string Id,
    string By,
    DateTimeOffset At,
    IReadOnlyList<FieldChange> Fields
);
