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

    /// <summary>API name of the field that says whom a record belongs to.</summary>
    public const string OwnerField = "OwnerId";

    /// <summary>API name of the field that says which record type a record is of.</summary>
    public const string RecordTypeField = "RecordTypeId";

    /// <summary>Of a create: the external id it is found by, so that repeating it has no further effect. Null: there is none.</summary>
    public ExternalKey? Key { get; init; }

    /// <summary>Of a create: a duplicate rule of the org that only warns is passed over.</summary>
    public bool AllowsDuplicates { get; init; }

    /// <summary>Of a create: a record that stood before this, by the CRM's clock, is not its doing.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Of a create: the CRM's own rules choose whom it belongs to. Null: they keep still.</summary>
    public Assignment? Assignment { get; init; }

    /// <summary>Of a create: whom the push rule gives it to; null where that is not the push rule's to say.</summary>
    public RecordOwner? Owner { get; init; }

    /// <summary>Of a create: the record type that the push rule gives it.</summary>
    public string? RecordTypeId { get; init; }

    [JsonIgnore]
    public bool WritesAnything => Fields.Any(decision => decision.Written);

    /// <summary>The values to send, beside the key's.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, JsonElement> Values =>
        Fields
            .Where(decision => decision.Written && decision.Field != Key?.Field)
            .ToDictionary(decision => decision.Field, decision => decision.After, StringComparer.Ordinal);

    public RecordWrite ToWrite()
    {
        var (values, key) = (Values, Key);
        if (GivesOnCreate)
        {
            // An upsert updates where somebody was quicker, and would take that record from its owner. So the external id goes as
            // a value like any other: where a record holds it by now, the CRM refuses the create (DUPLICATE_VALUE), and the lead is
            // matched anew to that record.
            values = Fields
                .Where(decision => decision.Written)
                .Select(decision => KeyValuePair.Create(decision.Field, decision.After))
                .Concat(OnCreate())
                .ToDictionary(StringComparer.Ordinal);
            key = null;
        }
        return new(Object, RecordId, values)
        {
            Key = key,
            AllowsDuplicates = AllowsDuplicates,
            Assignment = Assignment,
            UnmodifiedSince = UnmodifiedSince,
        };
    }

    // What a new record is given, and one that is there must keep.
    private bool GivesOnCreate => Assignment is not null || OnCreate().Any();

    private IEnumerable<KeyValuePair<string, JsonElement>> OnCreate()
    {
        // The connected user's it becomes by itself.
        if (Owner is { By: not OwnerChoice.IntegrationUser, Id: var owner })
            yield return KeyValuePair.Create(OwnerField, JsonSerializer.SerializeToElement(owner));
        if (RecordTypeId is not null)
            yield return KeyValuePair.Create(RecordTypeField, JsonSerializer.SerializeToElement(RecordTypeId));
    }
}
