using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>Which records leads were found to be, and what was decided to do.</summary>
public sealed record RecordMatched : IEventList<MatchedRecord>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<MatchedRecord> Items { get; init; }
}

public sealed record MatchedRecord : IEventItem, ILeadAtConnection
{
    public required Guid EventId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public required string Source { get; init; }
    public required string LeadId { get; init; }
    public required Guid ConnectionId { get; init; }
    public required long Version { get; init; }

    public required MatchKind MatchedBy { get; init; }

    /// <summary>The record decided on; null for a create, and where nothing was decided.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KnownRecord? Record { get; init; }

    /// <summary>
    /// Of a person who is Lead and Contact, where the push rule has both written: the record that the lead is known by, and this is
    /// told of the other one. Each of the two has an event of its own. Null in all others.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KnownRecord? Beside { get; init; }

    /// <summary>All records that were found, when there were several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KnownRecord>? Candidates { get; init; }

    public required SyncDecision Decision { get; init; }

    /// <summary>Why, as a code: <c>EXISTS_AS_CONTACT</c>, <c>SEVERAL_MATCHES_OLDEST_TAKEN</c>; docs/rules.md lists them. Null where it needs no reason.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The setting of the push rule that decided; null where no rule had to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DecidingRule? DecidedBy { get; init; }

    /// <summary>With <see cref="SyncDecision.Wait"/>: until when at the latest, where that is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>Who had the lead taken again, or discarded; null when that was nobody's doing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AskedBy { get; init; }

    /// <summary>What that person said of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>The key a record was found by.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MatchKind>))]
public enum MatchKind
{
    [JsonStringEnumMemberName("none")]
    None,

    [JsonStringEnumMemberName("recordId")]
    RecordId,

    [JsonStringEnumMemberName("email")]
    Email,

    /// <summary>The external id field of the push rule.</summary>
    [JsonStringEnumMemberName("externalId")]
    ExternalId,

    [JsonStringEnumMemberName("companyAndLastName")]
    CompanyAndLastName,
}

/// <summary>What a push rule said.</summary>
/// <param name="Object">The object that the rule is for.</param>
/// <param name="Revision">Of the rule; 0 where the connection has none and the defaults hold.</param>
/// <param name="Setting">The member of the rule, as <c>existsAsContact</c>.</param>
/// <param name="Value">Its value, as <c>skip</c>.</param>
public sealed record DecidingRule(string Object, long Revision, string Setting, string Value);

/// <summary>What was decided to do with a lead at a connection.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SyncDecision>))]
public enum SyncDecision
{
    [JsonStringEnumMemberName("create")]
    Create,

    [JsonStringEnumMemberName("update")]
    Update,

    /// <summary>The CRM already holds what is wanted, or what differs is not ours to write.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,

    /// <summary>Deliberately nothing, by a rule; the reason says which.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,

    /// <summary>Waits until a person has mended something; a <see cref="SyncFailed"/> says what.</summary>
    [JsonStringEnumMemberName("park")]
    Park,

    /// <summary>Waits for something that comes by itself; the reason says for what. It is decided anew.</summary>
    [JsonStringEnumMemberName("wait")]
    Wait,
}
