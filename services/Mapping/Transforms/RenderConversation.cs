using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// <c>conversation</c>: how the lead field <c>$conversation</c> is written: a line for each turn, with its time and speaker,
/// the oldest first.
/// </summary>
/// <param name="Times">Whether each turn says when it was.</param>
/// <param name="Zone">Whose clock; null: UTC, and then each time says so.</param>
/// <param name="Length">The longest text; null: the CRM field's length.</param>
public sealed record RenderConversation(bool Times, TimeZoneInfo? Zone, int? Length) : Transform
{
    public static readonly RenderConversation Plain = new(Times: true, Zone: null, Length: null);

    public override string Name => "conversation";

    public override JsonNode? Options()
    {
        var options = new JsonObject();
        if (!Times)
            options["times"] = false;
        if (Zone is not null)
            options["zone"] = Zone.Id;
        if (Length is not null)
            options["length"] = Length;
        return options.Count == 0 ? null : options;
    }

    /// <summary>Its value is made of the lead's turns; what is handed to it is only that there are any.</summary>
    public override Transformed Apply(JsonElement value, Destination destination)
    {
        var length = Length ?? destination.Field.Length;
        var written = ConversationText.Write(destination.Lead.Turns, this, length > 0 ? length : int.MaxValue);
        return string.IsNullOrWhiteSpace(written.Text)
            ? new Transformed.None()
            : new Transformed.Value(
                Contents.Of(written.Text),
                written.Cut is null ? null : new Remark(Remark.ConversationCut, written.Cut)
            );
    }
}
