using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Mapping.Leads;

/// <summary>How an item that is not taken in is told of.</summary>
public static class Refusals
{
    public static CaptureOrigin Origin(Arrived<JsonElement> item, TimeProvider clock) =>
        new(item.Workspace, clock.GetUtcNow()) { Source = item.Source, OccurredAt = item.SentAt };

    /// <summary>An item that reads well and yet cannot be stored. The fault's text may hold a value, so its type must do.</summary>
    public static CaptureReading.Refused Spoilt(Arrived<JsonElement> item, TimeProvider clock, Exception fault)
    {
        var (source, leadId) = CaptureReader.Read(item.Item, Origin(item, clock)) switch
        {
            CaptureReading.Accepted(var lead) => (lead.Source, lead.LeadId),
            CaptureReading.Refused refused => (refused.Source, refused.LeadId),
            _ => (item.Source, null),
        };
        return new CaptureReading.Refused($"The item cannot be stored ({fault.GetType().Name}).", "", source, leadId);
    }

    public static FailedSync Tell(Arrived<JsonElement> item, CaptureReading.Refused refused, TimeProvider clock) =>
        new()
        {
            EventId = EventIds.Derive(
                "refused",
                item.Workspace,
                item.Source ?? "",
                item.SentAt?.UtcTicks.ToString(CultureInfo.InvariantCulture) ?? "",
                Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(item.Item)))
            ),
            OccurredAt = item.SentAt ?? Stated(item.Item) ?? clock.GetUtcNow(),
            Source = refused.Source ?? "",
            LeadId = refused.LeadId,
            Stage = SyncStage.Capture,
            Code = FailureCatalogue.PayloadRejected.Code,
            Message = refused.Message,
            Cause = FailureCatalogue.PayloadRejected.Cause,
            Fix = FailureCatalogue.PayloadRejected.Fix,
            Fields = refused.Path.Length == 0 ? [] : [refused.Path],
            Transient = false,
        };

    // The item's own instant where it is a sane one, so that a redelivery says the same; else there is only our clock.
    private static DateTimeOffset? Stated(JsonElement item)
    {
        try
        {
            return
                item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty("occurredAt", out var at)
                && at.ValueKind == JsonValueKind.String
                && at.TryGetDateTimeOffset(out var instant)
                && instant.Year is >= 2000 and < 2100
                ? instant.ToUniversalTime()
                : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
