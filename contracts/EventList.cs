namespace LeadSync.Contracts;

/// <summary>
/// A message: happenings of one kind in one workspace. A single happening is a list of one. Between 1 and
/// <see cref="EventList.MaxItems"/> items, split by the publisher at about <see cref="EventList.MaxBytes"/>.
/// </summary>
public interface IEventList<out TItem>
    where TItem : IEventItem
{
    string Workspace { get; }
    IReadOnlyList<TItem> Items { get; }
}

/// <summary>What every happening says about itself, so that a list never blurs who is who.</summary>
public interface IEventItem
{
    /// <summary>
    /// The idempotency key: two items with one id are one happening. A UUID v7 where it originates; computed by the
    /// methods of <see cref="EventIds"/> where it follows from another, so that a redelivery has the same.
    /// </summary>
    Guid EventId { get; }

    /// <summary>When it happened, by the clock of the one who says so. The same in every redelivery.</summary>
    DateTimeOffset OccurredAt { get; }

    /// <summary>W3C <c>traceparent</c> of the work that made this item; null when untraced.</summary>
    string? TraceParent { get; }
}

/// <summary>The size of a message.</summary>
public static class EventList
{
    public const int MaxItems = 500;
    public const int MaxBytes = 256 * 1024;
}
