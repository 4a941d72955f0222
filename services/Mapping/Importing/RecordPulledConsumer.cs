using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Importing;

/// <summary>Takes pulled records in, one after the other: what one says of a record comes before what the next says of it.</summary>
public sealed class RecordPulledConsumer(ImportRecords import, Publisher publisher) : IItemConsumer<PulledRecord>
{
    public async Task ConsumeAsync(IReadOnlyList<Arrived<PulledRecord>> items, CancellationToken cancellationToken)
    {
        foreach (var item in items)
            await import.RunAsync(item.Workspace, item.Item, cancellationToken);
    }

    public Task RejectAsync(Arrived<PulledRecord> item, Exception fault, CancellationToken cancellationToken) =>
        publisher.TellAsync(
            EventKinds.SyncFailed,
            [
                (
                    item.Workspace,
                    new FailedSync
                    {
                        EventId = EventIds.Derive("refused", item.Workspace, item.Item.EventId.ToString("N")),
                        OccurredAt = item.Item.OccurredAt,
                        Source = item.Item.Source,
                        LeadId = null,
                        ConnectionId = null,
                        Stage = SyncStage.Mapping,
                        Code = FailureCatalogue.PayloadRejected.Code,
                        Message =
                            $"{item.Item.Record.Object} {item.Item.Record.RecordId} of the CRM cannot become a lead ({fault.GetType().Name}).",
                        Cause = FailureCatalogue.PayloadRejected.Cause,
                        Fix = FailureCatalogue.PayloadRejected.Fix,
                        Fields = [],
                        Transient = false,
                    }
                ),
            ],
            cancellationToken
        );
}
