using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>Something stands between leads and the CRM; each item says what, why and how to mend it.</summary>
public sealed record SyncFailed : IEventList<FailedSync>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<FailedSync> Items { get; init; }
}

public sealed record FailedSync : IEventItem
{
    public required Guid EventId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public required string Source { get; init; }

    /// <summary>Null only for a captured item so broken that its id could not be read.</summary>
    public required string? LeadId { get; init; }

    /// <summary>Null when it concerns the lead itself, not one connection.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? ConnectionId { get; init; }

    /// <summary>The version it concerns; null for an item that never became part of a lead.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Version { get; init; }

    public required SyncStage Stage { get; init; }

    /// <summary>A code of <see cref="FailureCatalogue"/>.</summary>
    public required string Code { get; init; }

    /// <summary>What happened. Never holds a value that a person typed.</summary>
    public required string Message { get; init; }

    public required string Cause { get; init; }
    public required string Fix { get; init; }

    /// <summary>The fields it is about: CRM fields by API name, or lead fields at stage capture.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>True: it is tried again by itself. False: the lead is parked until something is mended.</summary>
    public required bool Transient { get; init; }

    /// <summary>Which attempt failed, from 1.</summary>
    public int Attempt { get; init; } = 1;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? NextAttemptAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CrmRequestId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Where on its way a lead was stopped.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SyncStage>))]
public enum SyncStage
{
    [JsonStringEnumMemberName("capture")]
    Capture,

    [JsonStringEnumMemberName("mapping")]
    Mapping,

    [JsonStringEnumMemberName("match")]
    Match,

    [JsonStringEnumMemberName("write")]
    Write,
}
