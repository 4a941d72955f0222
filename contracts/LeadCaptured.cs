using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>
/// These fields of these leads are now so. Published by upstream products and by Gateway to the capture exchange,
/// and told on to Audit by Mapping once taken in.
/// What a product may leave out, and what makes an item unacceptable, is told by <see cref="CaptureReader"/>.
/// </summary>
public sealed record LeadCaptured : IEventList<CapturedLead>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<CapturedLead> Items { get; init; }
}

/// <summary>A patch of one lead: a field present is set, a field absent is untouched, an explicit null is cleared on purpose.</summary>
public sealed record CapturedLead : IEventItem
{
    public required Guid EventId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public required string Source { get; init; }
    public required string LeadId { get; init; }

    /// <summary>Values by lead field: text, number, true or false, a list of texts, or null.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } =
        ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>Turns of a conversation, each added once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ConversationTurn>? Turns { get; init; }

    /// <summary>True once the source regards the lead as complete; absent when it does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Completed { get; init; }

    /// <summary>Records that the source already knows this lead to be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KnownRecord>? Records { get; init; }

    /// <summary>Free text pairs, echoed on every outcome of this lead.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public LeadKey Key(string workspace) => new(workspace, Source, LeadId);
}

/// <summary>One turn of a conversation; identified by its conversation and its own id.</summary>
public sealed record ConversationTurn(
    string ConversationId,
    string TurnId,
    DateTimeOffset At,
    string Speaker,
    string Text
);

/// <summary>A record that a lead is known to be.</summary>
/// <param name="Object">API name of the object, as <c>Lead</c>.</param>
/// <param name="RecordId">15 or 18 characters; both name the same record.</param>
/// <param name="ConnectionId">The connection whose org holds it; null: whichever org knows that id.</param>
public sealed record KnownRecord(
    string Object,
    string RecordId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? ConnectionId = null
);
