using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>CRM records as they now stand, or what became of them.</summary>
public sealed record RecordPulled : IEventList<PulledRecord>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<PulledRecord> Items { get; init; }
}

public sealed record PulledRecord : IEventItem
{
    public required Guid EventId { get; init; }

    /// <summary>When the record was last changed, by the CRM's clock (Salesforce: <c>SystemModstamp</c>).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public required Guid ConnectionId { get; init; }

    /// <summary>The source that receives what the connection pulls.</summary>
    public required string Source { get; init; }

    /// <summary>The record; its <see cref="KnownRecord.ConnectionId"/> may be left out.</summary>
    public required KnownRecord Record { get; init; }

    public required RecordFate Fate { get; init; }

    /// <summary>The record that it lives on in: the winner of a merge, or what a converted lead became.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KnownRecord? BecameRecord { get; init; }

    /// <summary>Values by API name, as the CRM gives them; none of a record that is gone.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Fields { get; init; }

    /// <summary>The last change was made by the user that LeadSync is connected as, so it may be our own write coming back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ChangedByUs { get; init; }

    /// <summary>It came with a full pull, not because it changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Initial { get; init; }
}

/// <summary>What became of a record in the CRM.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecordFate>))]
public enum RecordFate
{
    /// <summary>It stands, with these values.</summary>
    [JsonStringEnumMemberName("stands")]
    Stands,

    [JsonStringEnumMemberName("deleted")]
    Deleted,

    /// <summary>It was merged into another of its object.</summary>
    [JsonStringEnumMemberName("merged")]
    Merged,

    /// <summary>A Salesforce Lead became a Contact.</summary>
    [JsonStringEnumMemberName("converted")]
    Converted,
}
