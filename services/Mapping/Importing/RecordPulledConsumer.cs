using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Importing;

/// <summary>Takes pulled records in; what one says of a record comes before what the next says of it.</summary>
public sealed class RecordPulledConsumer(ImportRecords import, Publisher publisher) : IItemConsumer<PulledRecord>
{
    public Task ConsumeAsync(IReadOnlyList<Arrived<PulledRecord>> items, CancellationToken cancellationToken) =>
        import.RunAsync(
            [.. items.Select(item => new RecordToImport(item.Workspace, item.Item))],
            TellAsync,
            cancellationToken
        );

    private async Task TellAsync(Imported imported, CancellationToken cancellationToken)
    {
        await publisher.TellAsync(EventKinds.LeadImported, imported.Leads, cancellationToken);
        await publisher.TellAsync(imported.Told, cancellationToken);
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
