using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;

namespace LeadSync.Mapping.Leads;

/// <summary>
/// Takes captured patches in, from Gateway and from products that publish themselves. Each item is read alone: one that
/// breaks a rule is told of and nothing beside it is affected.
/// </summary>
public sealed class CaptureConsumer(LeadIntake intake, Publisher publisher, TimeProvider clock)
    : IItemConsumer<JsonElement>
{
    public async Task ConsumeAsync(IReadOnlyList<Arrived<JsonElement>> items, CancellationToken cancellationToken)
    {
        var accepted = new List<LeadChange.Captured>(items.Count);
        var refused = new List<(string, FailedSync)>();
        foreach (var item in items)
        {
            switch (CaptureReader.Read(item.Item, Refusals.Origin(item, clock)))
            {
                case CaptureReading.Accepted(var lead):
                    accepted.Add(new LeadChange.Captured(item.Workspace, lead));
                    break;
                case CaptureReading.Refused reason:
                    refused.Add((item.Workspace, Refusals.Tell(item, reason, clock)));
                    break;
            }
        }

        using var span = Telemetry.StartLinked("take in captures", accepted.Select(item => item.Patch.TraceParent));
        var told = accepted.Count == 0 ? new ToTell([], []) : await intake.TakeInAsync(accepted, cancellationToken);
        await Task.WhenAll(
            publisher.TellAsync(told, cancellationToken),
            publisher.TellAsync(EventKinds.SyncFailed, refused, cancellationToken),
            publisher.TellAsync(
                EventKinds.LeadCaptured,
                accepted.Select(item => (item.Workspace, item.Patch)),
                cancellationToken
            )
        );
    }

    public Task RejectAsync(Arrived<JsonElement> item, Exception fault, CancellationToken cancellationToken) =>
        publisher.TellAsync(
            EventKinds.SyncFailed,
            [(item.Workspace, Refusals.Tell(item, Refusals.Spoilt(item, clock, fault), clock))],
            cancellationToken
        );
}

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
