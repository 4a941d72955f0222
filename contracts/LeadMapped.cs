using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>The whole wanted state of leads at one connection each. Replaces what was wanted before; never merged with it.</summary>
public sealed record LeadMapped : IEventList<MappedLead>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<MappedLead> Items { get; init; }
}

public sealed record MappedLead : IEventItem, ILeadAtConnection
{
    public required Guid EventId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public required string Source { get; init; }
    public required string LeadId { get; init; }

    /// <summary>All zeros where an erased lead had been mapped to none.</summary>
    public required Guid ConnectionId { get; init; }

    /// <summary>Grows with every change of the lead and every deliberate re-map: microseconds since 1970, or one more than before.</summary>
    public required long Version { get; init; }

    /// <summary>The object to create when no record is found.</summary>
    public required string CreateAs { get; init; }

    public required MatchKeys Match { get; init; }

    /// <summary>One for each object that the connection maps.</summary>
    public required IReadOnlyList<MappedSection> Sections { get; init; }

    /// <summary>What was done to values on the way that a person should know of; null when nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MappingRemark>? Remarks { get; init; }

    /// <summary>Nothing is wanted any more; <see cref="Reason"/> says why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Withdrawn { get; init; }

    /// <summary>
    /// Why nothing is wanted any more: <c>FILTERED_OUT</c>, the route does not take the lead any more; <c>ERASED</c>, the
    /// person is to be forgotten, at every connection. Null: the source withdrew the lead.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Chosen by a backfill: it was captured before it was eligible, and comes on a queue of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Backfill { get; init; }

    /// <summary>
    /// The failure that kept the lead from the CRM, where it was mapped again by itself because a setting or the CRM's fields
    /// were changed since. Null: something was captured, or somebody asked.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AgainAfter { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public LeadKey Key(string workspace) => new(workspace, Source, LeadId);
}

/// <summary>What a record is found by, strongest first.</summary>
public sealed record MatchKeys
{
    public IReadOnlyList<KnownRecord> Records { get; init; } = [];

    /// <summary>Normalised: trimmed, lower case. Null when the lead has none.</summary>
    public string? Email { get; init; }
}

/// <summary>What is wanted of one object.</summary>
public sealed record MappedSection
{
    /// <summary>API name, as <c>Lead</c>.</summary>
    public required string Object { get; init; }

    public required IReadOnlyList<MappedField> Fields { get; init; }

    /// <summary>Required fields that have no value: an update can do without, a create cannot.</summary>
    public IReadOnlyList<string> MissingForCreate { get; init; } = [];
}

/// <summary>One wanted field.</summary>
/// <param name="Field">API name in the CRM.</param>
/// <param name="Value">JSON null where the lead's value was cleared on purpose.</param>
/// <param name="CapturedAt">When the newest of the values it is made of was captured; a constant's or default's is the time the mapping was saved.</param>
/// <param name="Rule">May we write over what the CRM holds?</param>
public sealed record MappedField(string Field, JsonElement Value, DateTimeOffset CapturedAt, WriteRule Rule)
{
    /// <summary>Set with <see cref="WriteRule.OnlyWhile"/>, and only then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WriteCondition? While { get; init; }

    /// <summary>
    /// With <see cref="WriteRule.OptOut"/>: when the person consented explicitly, for the last time. Null: never, or the
    /// mapping names no field that says so.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ConsentedAt { get; init; }

    /// <summary>
    /// How much the lead's source counts for this field. A value is never replaced by one of lower precedence, however
    /// late that was captured; one of higher precedence replaces it, however early. At the same precedence the newest holds.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Precedence { get; init; }

    /// <summary>Of a multi-select picklist: the values are added to those that the CRM holds. False: they replace them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Adds { get; init; }
}

/// <summary>Something that mapping did to a value and that a person should know of.</summary>
/// <param name="Object">API name, as <c>Lead</c>.</param>
/// <param name="Field">API name in the CRM.</param>
/// <param name="Code"><c>TRUNCATED</c>, <c>CONVERSATION_CUT</c>, <c>FALLBACK_TAKEN</c>.</param>
/// <param name="Text">What was done, without the value: <c>Cut to 80 of 112 characters</c>.</param>
public sealed record MappingRemark(string Object, string Field, string Code, string Text);

/// <summary>What happened concerns one lead at one connection.</summary>
public interface ILeadAtConnection
{
    string Source { get; }
    string LeadId { get; }
    Guid ConnectionId { get; }
    long Version { get; }
}
