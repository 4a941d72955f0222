using System.Collections.ObjectModel;
using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// What a product may say of a lead over HTTP, for the description of the API; it is read item by item, by the rules of
/// <see cref="CaptureReader"/>.
/// </summary>
/// <param name="Source">May be left out with a key that is bound to one.</param>
/// <param name="LeadId">The source's own id of it, up to 200 characters; made and answered where it is left out.</param>
/// <param name="EventId">The product's own id of this happening; needs LeadId and OccurredAt.</param>
/// <param name="OccurredAt">Now, where it is left out; at most five minutes ahead.</param>
public sealed record LeadToCapture(
    string? Source = null,
    string? LeadId = null,
    Guid? EventId = null,
    DateTimeOffset? OccurredAt = null
)
{
    /// <summary>Values by lead field: text, number, true or false, a list of texts; null clears on purpose.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } =
        ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>Turns of a conversation, each added once.</summary>
    public IReadOnlyList<ConversationTurn>? Turns { get; init; }

    /// <summary>True once the source regards the lead as complete.</summary>
    public bool? Completed { get; init; }

    /// <summary>Records that the source already knows this lead to be.</summary>
    public IReadOnlyList<KnownRecord>? Records { get; init; }

    /// <summary>Free text pairs, echoed on every outcome of this lead.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>A lead that its source deleted, for the description of the API.</summary>
/// <param name="Source">May be left out with a key that is bound to one.</param>
/// <param name="EventId">The product's own id of this happening; needs OccurredAt.</param>
/// <param name="OccurredAt">Now, where it is left out; at most five minutes ahead.</param>
public sealed record LeadToWithdraw(
    string LeadId,
    string? Source = null,
    Guid? EventId = null,
    DateTimeOffset? OccurredAt = null
);
