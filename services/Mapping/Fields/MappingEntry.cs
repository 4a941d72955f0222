using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using LeadSync.Contracts;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>
/// Where the value of one CRM field comes from (a lead field, a template of several, or a constant), what is done to it, and
/// when it may be written.
/// </summary>
/// <param name="Field">API name in the CRM.</param>
/// <param name="From">The lead field; null for a constant or a template.</param>
/// <param name="Constant">Text, number, true or false; null when it comes from the lead.</param>
/// <param name="Default">
/// Taken as it stands, no step being done to it, when nothing is left of the lead's value; not when that was cleared on
/// purpose, unless the CRM asks for one.
/// </param>
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
    public FieldTemplate? Template { get; init; }

    /// <summary>In the order they are done.</summary>
    public IReadOnlyList<Transform> Transforms { get; init; } = [];

    /// <summary>The steps as they are done: a conversation is always written first, in the usual way where none is stated.</summary>
    public IReadOnlyList<Transform> Chain =>
        From != LeadFields.Conversation || Transforms is [RenderConversation, ..]
            ? Transforms
            : [RenderConversation.Plain, .. Transforms];

    /// <summary>Whether a step turns a text into the id of a record.</summary>
    public bool LooksUp => Transforms.Any(transform => transform is LookUp);

    /// <summary>The default's own write rule; null: the entry's.</summary>
    public WriteRule? DefaultRule { get; init; }

    /// <summary>Set with <see cref="WriteRule.OnlyWhile"/>, and only then.</summary>
    public WriteCondition? While { get; init; }

    /// <summary>With <see cref="WriteRule.OptOut"/>: the lead field that is true where the person consented explicitly.</summary>
    public string? Consent { get; init; }

    /// <summary>Sources whose values count for this field, the first the most; sources not named count the least.</summary>
    public IReadOnlyList<string> Precedence { get; init; } = [];

    /// <summary>Of a multi-select picklist: adds to what the CRM holds, instead of replacing it.</summary>
    public bool Adds { get; init; }

    /// <summary>How much a source counts: the higher the more, 0 where it is not named.</summary>
    public int PrecedenceOf(string source)
    {
        for (var i = 0; i < Precedence.Count; i++)
        {
            if (Precedence[i] == source)
                return Precedence.Count - i;
        }
        return 0;
    }

    /// <summary>Whether the connected user may write the field when this entry would.</summary>
    public bool MayWrite(CrmField field) =>
        field.Createable
        && (field.Updateable || (Rule == WriteRule.OnlyOnCreate && DefaultRule is null or WriteRule.OnlyOnCreate));

    /// <summary>Whether another entry says the same, whenever it was saved: all that settings can say of an entry counts.</summary>
    public bool SaysTheSameAs(MappingEntry other) =>
        JsonNode.DeepEquals(EntrySetting.Write(this), EntrySetting.Write(other));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CrmSchema))]
public sealed partial class FieldJson : JsonSerializerContext;
