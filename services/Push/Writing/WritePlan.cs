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
    /// <summary>The object of <see cref="IsAccount"/>.</summary>
    public const string Account = "Account";

    /// <summary>Of an Account: the object of the record that it is created for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? For { get; init; }

    /// <summary>It is no person's record, but the Account that a new one is to have: the lead is taken again afterwards.</summary>
    [JsonIgnore]
    public bool IsAccount => Object == Account;

    /// <summary>The object that a hold must not be set on.</summary>
    [JsonIgnore]
    public string HeldWith => For ?? Object;

    /// <summary>
    /// Set when a field is filled only because of what the record held: it is written only if nobody has changed the record
    /// after this.
    /// </summary>
    public DateTimeOffset? UnmodifiedSince { get; init; }

    /// <summary>Of a create: the external id it is found by, so that repeating it has no further effect. Null: there is none.</summary>
    public ExternalKey? Key { get; init; }

    /// <summary>Of a create: a duplicate rule of the org that only warns is passed over.</summary>
    public bool AllowsDuplicates { get; init; }

    /// <summary>Of a create: a record that stood before this, by the CRM's clock, is not its doing.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    [JsonIgnore]
    public bool WritesAnything => Fields.Any(decision => decision.Written);

    /// <summary>The values to send, beside the key's.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, JsonElement> Values =>
        Fields
            .Where(decision => decision.Written && decision.Field != Key?.Field)
            .ToDictionary(decision => decision.Field, decision => decision.After, StringComparer.Ordinal);

    public RecordWrite ToWrite() =>
        new(Object, RecordId, Values)
        {
            Key = Key,
            AllowsDuplicates = AllowsDuplicates,
            UnmodifiedSince = UnmodifiedSince,
        };
}
