using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;

namespace LeadSync.Mapping.Leads;

/// <summary>
/// Drops leads that their source deleted: what was captured up to then goes, a tombstone with the version stays, and each
/// connection that had the lead is told that nothing is wanted any more. CRM records stay.
/// </summary>
public sealed class WithdrawConsumer(LeadIntake intake, Publisher publisher, TimeProvider clock)
    : IItemConsumer<JsonElement>
{
    public async Task ConsumeAsync(IReadOnlyList<Arrived<JsonElement>> items, CancellationToken cancellationToken)
    {
        var accepted = new List<LeadChange.Withdrawn>(items.Count);
        var refused = new List<(string, FailedSync)>();
        foreach (var item in items)
        {
            switch (CaptureReader.ReadWithdrawn(item.Item, Refusals.Origin(item, clock)))
            {
                case CaptureReading.Withdrawn(var lead):
                    accepted.Add(new LeadChange.Withdrawn(item.Workspace, lead));
                    break;
                case CaptureReading.Refused reason:
                    refused.Add((item.Workspace, Refusals.Tell(item, reason, clock)));
                    break;
            }
        }

        using var span = Telemetry.StartLinked(
            "take in withdrawals",
            accepted.Select(item => item.Withdrawal.TraceParent)
        );
        var told = accepted.Count == 0 ? new ToTell([], []) : await intake.TakeInAsync(accepted, cancellationToken);
        await Task.WhenAll(
            publisher.TellAsync(told, cancellationToken),
            publisher.TellAsync(EventKinds.SyncFailed, refused, cancellationToken),
            publisher.TellAsync(
                EventKinds.LeadWithdrawn,
                accepted.Where(item => !told.Dropped.Contains(item)).Select(item => (item.Workspace, item.Withdrawal)),
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
