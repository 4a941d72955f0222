using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;

namespace LeadSync.Mapping.People;

/// <summary>What an erased person is recognised by, until everyone was told.</summary>
/// <param name="Told">What Push and Audit are told: of each lead at least one item.</param>
/// <param name="Emails">Normalised.</param>
/// <param name="Records">Ids of CRM records, 15 characters where they have 18.</param>
public sealed record PersonTraces(
    IReadOnlyList<MappedLead> Told,
    IReadOnlyList<string> Emails,
    IReadOnlyList<string> Records
)
{
    // Characters from which on an id is hardly anything else.
    private const int Telling = 8;

    /// <summary>A message without what it says of the person.</summary>
    /// <returns>Null: nothing else is in it. The same body: nothing of the person is in it.</returns>
    public ReadOnlyMemory<byte>? Without(string workspace, ReadOnlyMemory<byte> body)
    {
        if (Items(body) is not { } message)
        {
            // Not as one expression: there null would become an empty body.
            if (IsTracedInUnreadable(Encoding.UTF8.GetString(body.Span)))
                return null;
            return body;
        }
        if (Text(message.Root, "workspace") is { } other && other != workspace)
            return body;
        var traced = message.Items.Where(IsOfPerson).ToList();
        if (traced.Count == 0)
            return body;
        if (traced.Count == message.Items.Count)
            return null;
        foreach (var item in traced)
            message.Items.Remove(item);
        return Encoding.UTF8.GetBytes(message.Root.ToJsonString());
    }

    private static (JsonObject Root, JsonArray Items)? Items(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span) is JsonObject root && root["items"] is JsonArray items
                ? (root, items)
                : null;
        }
        // A name that stands twice is an ArgumentException.
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private bool IsOfPerson(JsonNode? item) =>
        (item is JsonObject lead && Told.Any(told => IsLead(lead, told))) || Texts(item).Any(IsTracedIn);

    private static bool IsLead(JsonObject item, MappedLead lead) =>
        Text(item, "leadId") == lead.LeadId && (Text(item, "source") ?? lead.Source) == lead.Source;

    // An address or a record id is long enough not to stand in a text by chance.
    private bool IsTracedIn(string text) =>
        Emails.Any(email => text.Contains(email, StringComparison.OrdinalIgnoreCase))
        || Records.Any(record => text.Contains(record, StringComparison.Ordinal));

    // A lead's id may be short: then only beside its source.
    private bool IsTracedInUnreadable(string text) =>
        IsTracedIn(text)
        || Told.Any(lead =>
            text.Contains($"\"{lead.LeadId}\"", StringComparison.Ordinal)
            && (lead.LeadId.Length >= Telling || text.Contains($"\"{lead.Source}\"", StringComparison.Ordinal))
        );

    private static IEnumerable<string> Texts(JsonNode? node) =>
        node switch
        {
            JsonObject item => item.SelectMany(member => Texts(member.Value)),
            JsonArray list => list.SelectMany(Texts),
            JsonValue value when value.TryGetValue<string>(out var text) => [text],
            _ => [],
        };

    private static string? Text(JsonObject item, string name) =>
        item[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
