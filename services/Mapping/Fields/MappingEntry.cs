using System.Text.Json;
using System.Text.Json.Serialization;
using LeadSync.Contracts;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Fields;

/// <summary>Where the value of one CRM field comes from, and when it may be written.</summary>
/// <param name="Field">API name in the CRM.</param>
/// <param name="From">The lead field; null for a constant.</param>
/// <param name="Constant">Text, number, true or false; null when it comes from a lead field.</param>
/// <param name="Default">Taken when the lead has no value, or an empty one; not when it was cleared on purpose.</param>
/// <param name="SavedAt">
/// When this entry was saved as it is: the capture time of its constant or default. An entry that a later save leaves as
/// it was keeps it, so that saving another field's entry never writes a constant over a rep's edit.
/// </param>
public sealed record MappingEntry(
    string Field,
    string? From,
    JsonElement? Constant,
    JsonElement? Default,
    WriteRule Rule,
    DateTimeOffset SavedAt = default
)
{
    /// <summary>Whether another entry says the same, whenever it was saved.</summary>
    public bool SaysTheSameAs(MappingEntry other) =>
        Field == other.Field
        && From == other.From
        && Rule == other.Rule
        && Same(Constant, other.Constant)
        && Same(Default, other.Default);

    private static bool Same(JsonElement? one, JsonElement? other) =>
        (one is null) == (other is null)
        && (one is null || CapturedValue.Text(one.Value) == CapturedValue.Text(other!.Value));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(List<MappingEntry>))]
[JsonSerializable(typeof(CrmSchema))]
public sealed partial class FieldJson : JsonSerializerContext;
