using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>Pulled records became or changed these leads.</summary>
public sealed record LeadImported : IEventList<ImportedLead>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<ImportedLead> Items { get; init; }
}

public sealed record ImportedLead : IEventItem, ILeadAtConnection
{
    public required Guid EventId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public required string Source { get; init; }
    public required string LeadId { get; init; }
    public required Guid ConnectionId { get; init; }

    /// <summary>The lead's version with what was imported.</summary>
    public required long Version { get; init; }

    /// <summary>The record that it came from.</summary>
    public required KnownRecord Record { get; init; }

    public required ImportOutcome Outcome { get; init; }

    /// <summary>How the lead was found; a new one was found by nothing.</summary>
    public required ImportMatch FoundBy { get; init; }

    /// <summary>Values that the lead now has, by lead field; only those that the import changed.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Fields { get; init; }

    /// <summary>It came with a full pull, not because the record changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Initial { get; init; }
}

/// <summary>What a pulled record did to a lead.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImportOutcome>))]
public enum ImportOutcome
{
    /// <summary>No lead was this person: one was made.</summary>
    [JsonStringEnumMemberName("created")]
    Created,

    [JsonStringEnumMemberName("changed")]
    Changed,

    /// <summary>The record is gone; the lead stays and is no longer linked to it.</summary>
    [JsonStringEnumMemberName("unlinked")]
    Unlinked,

    /// <summary>The record lives on in another, which the lead is linked to now.</summary>
    [JsonStringEnumMemberName("relinked")]
    Relinked,
}

/// <summary>How a pulled record found its lead.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImportMatch>))]
public enum ImportMatch
{
    [JsonStringEnumMemberName("none")]
    None,

    [JsonStringEnumMemberName("record")]
    Record,

    /// <summary>By email, within the receiving source.</summary>
    [JsonStringEnumMemberName("email")]
    Email,
}
