using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;

namespace LeadSync.Gateway.Capture;

/// <summary>An item of a request: ready to be published, or refused; and what to answer once that is done.</summary>
internal readonly record struct Taken<TItem>(TItem? Item, ItemAnswer Answer)
    where TItem : class, IEventItem;

/// <summary>One request and what all its items share.</summary>
/// <param name="ReceivedAt">When it was first received: a repeat under the same Idempotency-Key has the time of the first.</param>
/// <param name="IdempotencyKey">Null: every item without an id gets a new one.</param>
internal sealed record Received(ApiKey Key, string Route, DateTimeOffset ReceivedAt, string? IdempotencyKey)
{
    /// <summary>Our span, which every item of the request names as its origin.</summary>
    public Activity? Span { get; } = Activity.Current;

    public string? TraceParent => Span is { IdFormat: ActivityIdFormat.W3C } ? Span.Id : null;

    public CaptureOrigin Origin { get; } =
        new(Key.Workspace, ReceivedAt) { Source = Key.Source, OccurredAt = ReceivedAt };

    /// <summary>The same request as it was when it came first.</summary>
    public Received At(DateTimeOffset first) => new(Key, Route, first, IdempotencyKey);

    /// <summary>The id of an item that names none; under an Idempotency-Key the same in every repeat.</summary>
    public Guid IdOf(int index) =>
        IdempotencyKey is null
            ? Guid.CreateVersion7(ReceivedAt)
            : EventIds.Derive(
                "received",
                Key.Workspace,
                Key.Source ?? "",
                Route,
                IdempotencyKey,
                index.ToString(CultureInfo.InvariantCulture)
            );
}

/// <summary>What is taken in on one route: what its items are and how each is read.</summary>
internal sealed class Intake<TItem>(
    string route,
    EventKind<TItem> kind,
    Func<JsonElement, Received, int, Intake<TItem>.Reading> read
)
    where TItem : class, IEventItem
{
    /// <summary>A reading by the contracts' rules: an item with its lead id, or why there is none.</summary>
    internal readonly record struct Reading(TItem? Item, string? LeadId, CaptureReading.Refused? Refused = null);

    // Deep enough that a value nested too deep is the fault of its item alone, for the reader refuses nested values.
    private const int MaxDepth = 64;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth };

    public string Route => route;
    public EventKind<TItem> Kind => kind;

    public static JsonDocument Parse(ReadOnlySequence<byte> json) => JsonDocument.Parse(json, Strict);

    public static JsonDocument Parse(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json, Strict);

    public Taken<TItem> Take(JsonElement element, Received received, int index)
    {
        var (item, leadId, refused) = read(element, received, index);
        return item is not null
            ? new(item, ItemAnswer.Accepted(index, item, leadId!))
            : new(
                null,
                ItemAnswer.Rejected(
                    index,
                    FailureCatalogue.PayloadRejected,
                    refused!.Message,
                    refused.Path,
                    refused.LeadId
                )
            );
    }

    /// <summary>Takes a line of NDJSON: what is no JSON is refused alone.</summary>
    public Taken<TItem> TakeLine(ReadOnlySequence<byte> line, Received received, int index)
    {
        try
        {
            using var document = Parse(line);
            return Take(document.RootElement, received, index);
        }
        catch (JsonException fault)
        {
            return new(
                null,
                ItemAnswer.Rejected(
                    index,
                    FailureCatalogue.BodyUnreadable,
                    $"The line is not JSON, or nested deeper than {MaxDepth} (byte {fault.BytePositionInLine})."
                )
            );
        }
    }

    public static Taken<TItem> TooLong(int maxLineBytes, int index) =>
        new(
            null,
            ItemAnswer.Rejected(index, FailureCatalogue.BodyTooLarge, $"The line is longer than {maxLineBytes} bytes.")
        );

    /// <summary>What is wrong with a body that is no JSON, without quoting it.</summary>
    public static string Explain(JsonException fault) =>
        $"The body is not JSON, or nested deeper than {MaxDepth} (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine}).";
}

/// <summary>The two things that come in over HTTP.</summary>
internal static class Intakes
{
    public static Intake<CapturedLead> Leads { get; } =
        new(
            "leads",
            EventKinds.Capture,
            (element, received, index) =>
            {
                var origin = received.Origin with { NewEventId = () => received.IdOf(index) };
                var reading = CaptureReader.Read(element, origin);
                if (reading is not CaptureReading.Accepted { Lead: var lead })
                    return new(null, null, (CaptureReading.Refused)reading);
                OutsideTraces.Link(received.Span, lead.TraceParent);
                return new(lead with { TraceParent = received.TraceParent }, lead.LeadId);
            }
        );

    public static Intake<WithdrawnLead> Withdrawals { get; } =
        new(
            "withdrawals",
            EventKinds.Withdraw,
            (element, received, _) =>
            {
                // No new ids: an item must say which lead it withdraws, and its own id follows from what it says.
                var reading = CaptureReader.ReadWithdrawn(element, received.Origin);
                if (reading is not CaptureReading.Withdrawn { Lead: var lead })
                    return new(null, null, (CaptureReading.Refused)reading);
                OutsideTraces.Link(received.Span, lead.TraceParent);
                return new(lead with { TraceParent = received.TraceParent }, lead.LeadId);
            }
        );
}
