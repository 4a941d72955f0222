using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.References;

namespace LeadSync.Mapping.Fields;

/// <summary>A lead as mapping sees it: what was captured, and what is known of the lead itself.</summary>
public sealed record LeadToMap(
    LeadKey Key,
    LeadState State,
    DateTimeOffset? FirstCapturedAt = null,
    DateTimeOffset? LastCapturedAt = null
)
{
    /// <summary>Of all its conversations, in any order; none where nothing asks for them.</summary>
    public IReadOnlyCollection<ConversationTurn> Turns { get; init; } = [];

    /// <summary>When the newest of them was captured.</summary>
    public DateTimeOffset? TurnsCapturedAt { get; init; }

    /// <summary>Of all connections.</summary>
    public KnownReferences References { get; init; } = KnownReferences.None;

    private Guid ConnectionId { get; init; }

    /// <summary>
    /// As one connection may see it: without the values that were pulled from that very one, and with its records alone.
    /// </summary>
    public LeadToMap For(Guid connectionId) =>
        this with
        {
            State = State.For(connectionId),
            ConnectionId = connectionId,
        };

    /// <summary>What is known of a record that the lead names; null where it was not looked up yet.</summary>
    public ReferenceCopy? Reference(ReferenceKey key) => References.Find(ConnectionId, key);

    /// <summary>
    /// A lead field, or what its name with a dollar stands for (<see cref="LeadFields"/>). What is known of the lead itself
    /// counts as captured with the first capture, so that it is never news later.
    /// </summary>
    public CapturedValue? Value(string name) =>
        name[0] != '$'
            ? State.Captured(name)
            : name switch
            {
                LeadFields.Source => Known(Key.Source, FirstCapturedAt),
                LeadFields.LeadId => Known(Key.LeadId, FirstCapturedAt),
                LeadFields.FirstCapturedAt => Known(FirstCapturedAt, FirstCapturedAt),
                LeadFields.LastCapturedAt => Known(LastCapturedAt, LastCapturedAt),
                LeadFields.Completed => State.Completed,
                // Its text is made by the conversation step; here it is only whether there is one.
                LeadFields.Conversation => Turns.Count == 0 ? null : Known("", TurnsCapturedAt),
                _ => State.Captured(name),
            };

    private static CapturedValue? Known<T>(T value, DateTimeOffset? at) =>
        value is null || at is null
            ? null
            : new CapturedValue(JsonSerializer.SerializeToElement(value), at.Value, Guid.Empty);
}
