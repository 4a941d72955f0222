using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Mapping.Leads;

/// <summary>Learns which record a lead is, so that its next version is matched by record id.</summary>
public sealed class RecordWrittenConsumer(PairStore pairs) : IItemConsumer<WrittenRecord>
{
    public Task ConsumeAsync(IReadOnlyList<Arrived<WrittenRecord>> items, CancellationToken cancellationToken) =>
        pairs.LearnRecordsAsync(
            [
                .. items.Select(item => new LearntRecord(
                    new LeadKey(item.Workspace, item.Item.Source, item.Item.LeadId),
                    item.Item.ConnectionId,
                    item.Item.Version,
                    item.Item.Record
                )),
            ],
            cancellationToken
        );

    // Without the link the record is found by email again.
    public Task RejectAsync(Arrived<WrittenRecord> item, Exception fault, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
