namespace LeadSync.Contracts;

/// <summary>What is known of an item before it is read.</summary>
/// <param name="Workspace">Whose it is: from the API key, or from the broker user that published it.</param>
/// <param name="Now">Our clock.</param>
public sealed record CaptureOrigin(string Workspace, DateTimeOffset Now)
{
    /// <summary>The one source that the publisher may speak for; null when an item may name any of the workspace.</summary>
    public string? Source { get; init; }

    /// <summary>Taken where an item has no instant of its own. Must be the same in every redelivery.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>
    /// Makes the id of an item that has none. When null, an id is derived from what the item says, and an item without
    /// lead id is refused.
    /// </summary>
    public Func<Guid>? NewEventId { get; init; }
}

/// <summary>What came of reading one captured item.</summary>
public abstract record CaptureReading
{
    private CaptureReading() { }

    public sealed record Accepted(CapturedLead Lead) : CaptureReading;

    public sealed record Withdrawn(WithdrawnLead Lead) : CaptureReading;

    /// <param name="Message">What is wrong and where, without any value of the item.</param>
    /// <param name="Path">The member it is about, as <c>fields.email</c>; empty for the item itself.</param>
    /// <param name="Source">The item's source, where it could be read.</param>
    /// <param name="LeadId">The item's lead id, where it could be read.</param>
    public sealed record Refused(string Message, string Path, string? Source, string? LeadId) : CaptureReading;
}
