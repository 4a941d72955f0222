using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.References;

namespace LeadSync.Mapping.Transforms;

/// <summary>What a value is, as far as it is known before there is one.</summary>
public enum ContentKind
{
    Text,
    Entries,
    Number,
    Boolean,
    Date,
    Instant,
}

/// <summary>Where a value is on its way to: which CRM field, of which lead.</summary>
public sealed record Destination(CrmField Field, LeadToMap Lead);

/// <summary>What was done to a value that a person should know of.</summary>
/// <param name="Code">As in <see cref="MappingRemark"/>.</param>
/// <param name="Text">Without the value.</param>
public sealed record Remark(string Code, string Text)
{
    public const string Truncated = "TRUNCATED";
    public const string ConversationCut = "CONVERSATION_CUT";
    public const string FallbackTaken = "FALLBACK_TAKEN";
}

/// <summary>What came of one step.</summary>
public abstract record Transformed
{
    private Transformed() { }

    public sealed record Value(JsonElement Content, Remark? Remark = null) : Transformed;

    /// <summary>No value is left, which is not the same as cleared; the entry's default stands in.</summary>
    public sealed record None(Remark? Remark = null) : Transformed;

    /// <param name="Reason">What is wrong, without the value.</param>
    /// <param name="Misfit">The value, where it is one that a value map lacks.</param>
    public sealed record Refused(string Reason, string Fix, string? Misfit = null) : Transformed
    {
        /// <summary>The entry's default stands in, where it has one.</summary>
        public bool UnlessDefault { get; init; }
    }

    /// <summary>It depends on a record that was not looked up yet.</summary>
    public sealed record Wanted(ReferenceKey Key) : Transformed;
}

/// <summary>
/// One step between a lead's value and a CRM field: pure, and for every text that there is. What it cannot do with
/// certainty it leaves as it was given, or refuses; it never guesses.
/// </summary>
public abstract record Transform
{
    /// <summary>As settings name it.</summary>
    public abstract string Name { get; }

    /// <summary>As settings give them; null where the name alone says all.</summary>
    public abstract JsonNode? Options();

    /// <summary>Whether it can do anything with such a value.</summary>
    public virtual bool Takes(ContentKind given) => given is ContentKind.Text or ContentKind.Entries;

    /// <summary>What it makes of such a value; null: what that is cannot be told before.</summary>
    public virtual ContentKind? Gives(ContentKind? given) => given;

    /// <summary>Other lead fields that its outcome depends on.</summary>
    public virtual IEnumerable<string> LeadFields => [];

    public abstract Transformed Apply(JsonElement value, Destination destination);

    /// <summary>As <see cref="TransformReader"/> reads it.</summary>
    public JsonNode Write() => Options() is { } options ? new JsonObject { [Name] = options } : JsonValue.Create(Name);

    /// <summary>Its name, and what it needs where that is one word.</summary>
    public string Label() => Options() is JsonValue word ? $"{Name}: {word}" : Name;

    /// <summary>Changes a text, or each text of a list; other values stay as they are. Blank is no value.</summary>
    protected static Transformed EachText(JsonElement value, Func<string, string> change)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                var text = value.GetString()!;
                var changed = change(text);
                return string.IsNullOrWhiteSpace(changed) ? new Transformed.None()
                    : changed == text ? new Transformed.Value(value)
                    : Is(changed);
            case JsonValueKind.Array:
                var entries = Contents.Entries(value).Select(change).Where(entry => !string.IsNullOrWhiteSpace(entry));
                return Is([.. entries]);
            default:
                return new Transformed.Value(value);
        }
    }

    protected static Transformed Is(string text) =>
        string.IsNullOrWhiteSpace(text) ? new Transformed.None() : new Transformed.Value(Contents.Of(text));

    protected static Transformed Is(IReadOnlyList<string> entries) =>
        entries.Count == 0 ? new Transformed.None() : new Transformed.Value(JsonSerializer.SerializeToElement(entries));
}
