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
    public required Guid ConnectionId { get; init; }

    /// <summary>Grows with every change of the lead and every deliberate re-map: microseconds since 1970, or one more than before.</summary>
    public required long Version { get; init; }

    /// <summary>The object to create when no record is found.</summary>
    public required string CreateAs { get; init; }

    public required MatchKeys Match { get; init; }

    /// <summary>One for each object that the connection maps.</summary>
    public required IReadOnlyList<MappedSection> Sections { get; init; }

    /// <summary>The source withdrew the lead: nothing is wanted any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Withdrawn { get; init; }

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
public sealed record MappedField(string Field, JsonElement Value, DateTimeOffset CapturedAt, WriteRule Rule);

/// <summary>May we write over what the CRM holds?</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WriteRule>))]
public enum WriteRule
{
    /// <summary>Yes, with a newly captured value.</summary>
    [JsonStringEnumMemberName("overwrite")]
    Overwrite,

    /// <summary>Only where the CRM holds nothing.</summary>
    [JsonStringEnumMemberName("onlyWhenEmpty")]
    OnlyWhenEmpty,
}

/// <summary>What happened concerns one lead at one connection.</summary>
public interface ILeadAtConnection
{
    string Source { get; }
    string LeadId { get; }
    Guid ConnectionId { get; }
    long Version { get; }
}
