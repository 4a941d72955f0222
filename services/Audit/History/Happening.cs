using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Audit.History;

/// <summary>An event as it is kept.</summary>
/// <param name="Item">The event itself.</param>
/// <param name="Kind">Its name: <c>LeadCaptured</c>.</param>
public sealed record Happening(string Workspace, IEventItem Item, string Kind, string Source, string? LeadId)
{
    // Longer than any real one; and an index entry must stay small.
    private const int LongestEmail = 320;

    public DateTimeOffset At { get; } = Standing.InstantOf(Item);
    public Guid? ConnectionId =>
        Item switch
        {
            ILeadAtConnection there => there.ConnectionId,
            FailedSync failure => failure.ConnectionId,
            _ => null,
        };
    public long? Version =>
        Item switch
        {
            ILeadAtConnection there => there.Version,
            FailedSync failure => failure.Version,
            _ => null,
        };
    public string? Code => (Item as FailedSync)?.Code;

    public string Body =>
        Item switch
        {
            CapturedLead item => JsonSerializer.Serialize(item, Wire.Json),
            WithdrawnLead item => JsonSerializer.Serialize(item, Wire.Json),
            MappedLead item => JsonSerializer.Serialize(item, Wire.Json),
            MatchedRecord item => JsonSerializer.Serialize(item, Wire.Json),
            WrittenRecord item => JsonSerializer.Serialize(item, Wire.Json),
            ImportedLead item => JsonSerializer.Serialize(item, Wire.Json),
            FailedSync item => JsonSerializer.Serialize(item, Wire.Json),
            _ => throw Unknown(Item),
        };

    /// <summary>The lead's address, normalised, when this event captured or imported one.</summary>
    public string? Email =>
        (
            Item switch
            {
                CapturedLead lead => lead.Fields,
                ImportedLead lead => lead.Fields,
                _ => null,
            }
        )?.TryGetValue("email", out var value) == true
        && value.ValueKind == JsonValueKind.String
            ? NormaliseEmail(value.GetString()!)
            : null;

    public static Happening Of(string workspace, IEventItem item) =>
        item switch
        {
            CapturedLead lead => new(workspace, item, nameof(LeadCaptured), lead.Source, lead.LeadId),
            WithdrawnLead lead => new(workspace, item, nameof(LeadWithdrawn), lead.Source, lead.LeadId),
            MappedLead lead => new(workspace, item, nameof(LeadMapped), lead.Source, lead.LeadId),
            MatchedRecord match => new(workspace, item, nameof(RecordMatched), match.Source, match.LeadId),
            WrittenRecord write => new(workspace, item, nameof(RecordWritten), write.Source, write.LeadId),
            ImportedLead lead => new(workspace, item, nameof(LeadImported), lead.Source, lead.LeadId),
            FailedSync failure => new(workspace, item, nameof(SyncFailed), failure.Source, failure.LeadId),
            _ => throw Unknown(item),
        };

    /// <summary>As addresses are compared: trimmed, lower case; null when it is none.</summary>
    public static string? NormaliseEmail(string text)
    {
        var email = text.Trim().ToLowerInvariant();
        return email.Length is > 0 and <= LongestEmail && email.Contains('@', StringComparison.Ordinal) ? email : null;
    }

    private static ArgumentException Unknown(IEventItem item) =>
        new($"Audit keeps no {item.GetType().Name}.", nameof(item));
}
