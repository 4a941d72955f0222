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
                accepted.Where(item => !told.Dropped.Contains(item)).Select(item => (item.Workspace, item.Patch)),
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
