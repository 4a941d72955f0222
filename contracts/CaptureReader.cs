using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using static LeadSync.Contracts.CaptureMembers;

namespace LeadSync.Contracts;

/// <summary>
/// Reads captured items one by one, as products send them, so that a bad one fails alone. Gateway, Mapping and Audit all
/// read with it: an item means the same, or is refused for the same reason, wherever it comes in.
/// </summary>
public static partial class CaptureReader
{
    public const int MaxLeadIdLength = 200;
    public const int MaxFields = 200;
    public const int MaxFieldNameLength = 100;
    public const int MaxTextLength = 32_000;
    public const int MaxListLength = 100;
    public const int MaxTurns = 200;
    public const int MaxMetadata = 20;
    public const int MaxMetadataLength = 500;

    /// <summary>The largest item, in bytes of JSON.</summary>
    public const int MaxItemBytes = 128 * 1024;

    /// <summary>How far ahead of our clock an item may be: later, and it would beat every honest capture until then.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads one item of <see cref="LeadCaptured"/>. Never throws for what is in it.</summary>
    public static CaptureReading Read(JsonElement item, CaptureOrigin origin) =>
        Guarded(
            item,
            origin,
            who =>
            {
                var lead = new CapturedLead
                {
                    EventId = who.EventId,
                    OccurredAt = who.OccurredAt,
                    TraceParent = who.TraceParent,
                    Source = who.Source,
                    LeadId = who.LeadId,
                    Fields = Fields(item),
                    Turns = Turns(item),
                    Completed = Flag(item, "completed"),
                    Records = Records(item),
                    Metadata = Metadata(item),
                };
                return lead is { Fields.Count: 0, Turns: null, Completed: null, Records: null }
                    ? throw new CaptureFault("fields", "is missing or empty, and the item says nothing else either")
                    : new CaptureReading.Accepted(lead);
            }
        );

    /// <summary>Reads one item of <see cref="LeadWithdrawn"/>: who and when, by the same rules.</summary>
    public static CaptureReading ReadWithdrawn(JsonElement item, CaptureOrigin origin) =>
        Guarded(
            item,
            origin,
            who => new CaptureReading.Withdrawn(
                new WithdrawnLead
                {
                    EventId = who.EventId,
                    OccurredAt = who.OccurredAt,
                    TraceParent = who.TraceParent,
                    Source = who.Source,
                    LeadId = who.LeadId,
                }
            )
        );

    private static CaptureReading Guarded(JsonElement item, CaptureOrigin origin, Func<Who, CaptureReading> read)
    {
        try
        {
            return read(Identify(item, origin));
        }
        catch (CaptureFault fault)
        {
            return Refused(fault.Message, fault.Path);
        }
        // Text that is no text: a lone surrogate, or bytes that are not UTF-8.
        catch (InvalidOperationException)
        {
            return Refused("has text that is not valid Unicode (a lone surrogate, or bytes that are not UTF-8)", "");
        }

        CaptureReading.Refused Refused(string problem, string path) =>
            new(
                path.Length == 0 ? $"The item {problem}." : $"'{path}' {problem}.",
                path,
                origin.Source ?? Readable(item, "source", MaxSlugLength),
                Readable(item, "leadId", MaxLeadIdLength)
            );
    }

    private static Who Identify(JsonElement item, CaptureOrigin origin)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw new CaptureFault("", $"is {Kind(item)} where an object is expected");
        if (JsonMarshal.GetRawUtf8Value(item).Length > MaxItemBytes)
            throw new CaptureFault("", $"is larger than {MaxItemBytes} bytes");
        CheckNoneTwice(item, "");

        var stated = Text(item, "source", MaxSlugLength);
        if (origin.Source is not null && stated is not null && stated != origin.Source)
            throw new CaptureFault("source", $"is not '{origin.Source}', the source that this publisher may speak for");
        var source = origin.Source ?? stated ?? throw new CaptureFault("source", "is missing");
        if (!IsSlug(source))
            throw new CaptureFault("source", SlugRule);

        var leadId = Text(item, "leadId", MaxLeadIdLength);
        if (leadId is { Length: 0 } || leadId?.Any(char.IsControl) == true)
            throw new CaptureFault("leadId", "is empty or has control characters");
        if (leadId is null && origin.NewEventId is null)
            throw new CaptureFault("leadId", "is missing");

        var statedAt = Instant(item, "occurredAt");
        var eventId = Id(item, "eventId");
        if (eventId is not null && (leadId is null || statedAt is null))
            throw new CaptureFault(
                "eventId",
                "requires leadId and occurredAt beside it, so that a repeat is known for one"
            );

        var at =
            statedAt
            ?? origin.OccurredAt
            ?? throw new CaptureFault("occurredAt", "is missing, and so is the message's timestamp");
        if (at > origin.Now + MaxAhead)
            throw new CaptureFault("occurredAt", $"is more than {MaxAhead.TotalMinutes:0} minutes ahead of our clock");
        if (at < Earliest)
            throw new CaptureFault("occurredAt", "is before the year 2000");

        eventId ??= origin.NewEventId?.Invoke() ?? DeriveId(item, origin.Workspace, source, leadId!, at);
        return new Who(
            eventId.Value,
            at.ToUniversalTime(),
            TraceParent(item),
            source,
            leadId ?? eventId.Value.ToString("N")
        );
    }

    private sealed record Who(
        Guid EventId,
        DateTimeOffset OccurredAt,
        string? TraceParent,
        string Source,
        string LeadId
    );

    // For telling whose item was refused, as far as that can be read.
    private static string? Readable(JsonElement item, string name, int longest)
    {
        try
        {
            return item.ValueKind == JsonValueKind.Object ? Text(item, name, longest) : null;
        }
        catch (Exception fault) when (fault is CaptureFault or InvalidOperationException)
        {
            return null;
        }
    }

    public const int MaxSlugLength = 63;
    public const string SlugRule =
        "is not a name of 1 to 63 lower-case letters, digits and hyphens that starts with a letter or digit";

    /// <summary>Whether a text can name a workspace or a source.</summary>
    public static bool IsSlug(string text) => SlugPattern().IsMatch(text);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant, Timeout.Infinite)]
    private static partial Regex SlugPattern();

    private static Guid DeriveId(JsonElement item, string workspace, string source, string leadId, DateTimeOffset at) =>
        EventIds.Derive(
            "captured",
            workspace,
            source,
            leadId,
            at.UtcTicks.ToString(CultureInfo.InvariantCulture),
            item.GetRawText()
        );

    private static Dictionary<string, JsonElement> Fields(JsonElement item)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (!item.TryGetProperty("fields", out var element) || element.ValueKind == JsonValueKind.Null)
            return fields;
        if (element.ValueKind != JsonValueKind.Object)
            throw new CaptureFault("fields", $"is {Kind(element)} where an object is expected");
        foreach (var property in element.EnumerateObject())
        {
            var name = property.Name;
            if (name.Length is 0 or > MaxFieldNameLength || name.Any(char.IsControl) || !IsWellFormed(name))
                throw new CaptureFault(
                    "fields",
                    $"has a field whose name is not 1 to {MaxFieldNameLength} printable characters"
                );
            if (fields.Count == MaxFields)
                throw new CaptureFault("fields", $"has more than {MaxFields} fields");
            if (!fields.TryAdd(name, Value(property.Value, $"fields.{name}")))
                throw new CaptureFault($"fields.{name}", "is there twice");
        }
        return fields;
    }

    private static JsonElement Value(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False:
                break;
            case JsonValueKind.String:
                CheckText(value.GetString()!, path, MaxTextLength);
                break;
            case JsonValueKind.Number:
                if (!value.TryGetDecimal(out _))
                    throw new CaptureFault(path, "is a number too large or too precise to keep (28 digits)");
                break;
            case JsonValueKind.Array:
                if (value.GetArrayLength() > MaxListLength)
                    throw new CaptureFault(path, $"has more than {MaxListLength} entries");
                foreach (var entry in value.EnumerateArray())
                {
                    if (entry.ValueKind != JsonValueKind.String)
                        throw new CaptureFault(path, $"holds {Kind(entry)} where a list holds texts only");
                    CheckText(entry.GetString()!, path, MaxTextLength);
                }
                break;
            default:
                throw new CaptureFault(
                    path,
                    $"is {Kind(value)}; a field is text, number, true, false, a list of texts, or null"
                );
        }
        return value.Clone();
    }

    private static List<ConversationTurn>? Turns(JsonElement item)
    {
        if (!TryArray(item, "turns", MaxTurns, out var array))
            return null;
        var turns = new List<ConversationTurn>();
        foreach (var turn in array.EnumerateArray())
        {
            if (turn.ValueKind != JsonValueKind.Object)
                throw new CaptureFault("turns", $"holds {Kind(turn)} where an object is expected");
            CheckNoneTwice(turn, "turns.");
            turns.Add(
                new ConversationTurn(
                    Required(turn, "conversationId", MaxLeadIdLength, "turns"),
                    Required(turn, "turnId", MaxLeadIdLength, "turns"),
                    Instant(turn, "at") ?? throw new CaptureFault("turns.at", "is missing"),
                    Required(turn, "speaker", MaxLeadIdLength, "turns"),
                    Required(turn, "text", MaxTextLength, "turns")
                )
            );
        }
        return turns;
    }

    private static List<KnownRecord>? Records(JsonElement item)
    {
        if (!TryArray(item, "records", MaxListLength, out var array))
            return null;
        var records = new List<KnownRecord>();
        foreach (var record in array.EnumerateArray())
        {
            if (record.ValueKind != JsonValueKind.Object)
                throw new CaptureFault("records", $"holds {Kind(record)} where an object is expected");
            CheckNoneTwice(record, "records.");
            var id = Required(record, "recordId", MaxLeadIdLength, "records");
            if (!id.All(char.IsAsciiLetterOrDigit))
                throw new CaptureFault("records.recordId", "has characters that no CRM record id has");
            records.Add(new KnownRecord(Required(record, "object", 80, "records"), id, Id(record, "connectionId")));
        }
        return records;
    }

    private static Dictionary<string, string>? Metadata(JsonElement item)
    {
        if (!item.TryGetProperty("metadata", out var element) || element.ValueKind == JsonValueKind.Null)
            return null;
        if (element.ValueKind != JsonValueKind.Object)
            throw new CaptureFault("metadata", $"is {Kind(element)} where an object is expected");
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (pairs.Count == MaxMetadata)
                throw new CaptureFault("metadata", $"has more than {MaxMetadata} entries");
            CheckText(property.Name, "metadata", MaxFieldNameLength);
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new CaptureFault($"metadata.{property.Name}", "is not text");
            var text = property.Value.GetString()!;
            CheckText(text, $"metadata.{property.Name}", MaxMetadataLength);
            if (!pairs.TryAdd(property.Name, text))
                throw new CaptureFault($"metadata.{property.Name}", "is there twice");
        }
        return pairs;
    }
}
