using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Audit.History;

/// <summary>An event as it is kept.</summary>
/// <param name="Item">The event itself.</param>
/// <param name="Kind">Its name: <c>LeadCaptured</c>.</param>
public sealed record Happening(string Workspace, IEventItem Item, string Kind, string Source, string? LeadId)
{
    /// <summary>The reason of a <see cref="MappedLead"/> whose person is to be forgotten.</summary>
    public const string Erased = "ERASED";

    // Longer than any real one; and an index entry must stay small.
    private const int LongestEmail = 320;

    public DateTimeOffset At { get; } = Standing.InstantOf(Item);

    /// <summary>Null for an item so broken that its lead could not be read.</summary>
    public LeadKey? Lead => LeadId is null ? null : new LeadKey(Workspace, Source, LeadId);

    public Guid? ConnectionId =>
        Item switch
        {
            // Erased, and never mapped to any.
            MappedLead lead when lead.ConnectionId == Guid.Empty => null,
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

    /// <summary>
    /// The lead's address, normalised, when this event says one: what Mapping matches it by, whatever the source calls that
    /// field; or the standard field, which a lead has before it is mapped, and without a route.
    /// </summary>
    public string? Email =>
        Item switch
        {
            CapturedLead lead => StandardEmail(lead.Fields),
            ImportedLead lead => StandardEmail(lead.Fields),
            MappedLead { Match.Email: { } email } => NormaliseEmail(email),
            _ => null,
        };

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

    /// <summary>An event as it was kept.</summary>
    /// <param name="kind">Its name: <c>LeadCaptured</c>.</param>
    /// <param name="body">What <see cref="Body"/> gave.</param>
    public static IEventItem Read(string kind, string body) =>
        kind switch
        {
            nameof(LeadCaptured) => Read<CapturedLead>(body),
            nameof(LeadWithdrawn) => Read<WithdrawnLead>(body),
            nameof(LeadMapped) => Read<MappedLead>(body),
            nameof(RecordMatched) => Read<MatchedRecord>(body),
            nameof(RecordWritten) => Read<WrittenRecord>(body),
            nameof(LeadImported) => Read<ImportedLead>(body),
            nameof(SyncFailed) => Read<FailedSync>(body),
            _ => throw new ArgumentException($"Audit keeps no {kind}.", nameof(kind)),
        };

    private static TItem Read<TItem>(string body) => JsonSerializer.Deserialize<TItem>(body, Wire.Json)!;

    private static string? StandardEmail(IReadOnlyDictionary<string, JsonElement> fields) =>
        fields.TryGetValue("email", out var value) && value.ValueKind == JsonValueKind.String
            ? NormaliseEmail(value.GetString()!)
            : null;

    /// <summary>As addresses are compared: trimmed, lower case; null when it is none.</summary>
    public static string? NormaliseEmail(string text)
    {
        var email = text.Trim().ToLowerInvariant();
        return email.Length is > 0 and <= LongestEmail && email.Contains('@', StringComparison.Ordinal) ? email : null;
    }

    private static ArgumentException Unknown(IEventItem item) =>
        new($"Audit keeps no {item.GetType().Name}.", nameof(item));
}
