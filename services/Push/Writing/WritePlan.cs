using System.Text.Json;
using System.Text.Json.Serialization;
using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Push.Writing;

/// <summary>One record as it is to become.</summary>
/// <param name="RecordId">Null to create it.</param>
/// <param name="Fields">Every mapped field and what was decided for it.</param>
/// <param name="Applied">What counts as applied to the record once this has happened.</param>
public sealed record WritePlan(
    string Object,
    string? RecordId,
    IReadOnlyList<FieldDecision> Fields,
    IReadOnlyDictionary<string, AppliedField> Applied
)
{
    /// <summary>
    /// Set when a field is filled only because of what the record held: it is written only if nobody has changed the record
    /// after this.
    /// </summary>
    public DateTimeOffset? UnmodifiedSince { get; init; }

    [JsonIgnore]
    public bool WritesAnything => Fields.Any(decision => decision.Written);

    /// <summary>The values to send.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, JsonElement> Values =>
        Fields
            .Where(decision => decision.Written)
            .ToDictionary(decision => decision.Field, decision => decision.After, StringComparer.Ordinal);

    public RecordWrite ToWrite() => new(Object, RecordId, Values) { UnmodifiedSince = UnmodifiedSince };
}
