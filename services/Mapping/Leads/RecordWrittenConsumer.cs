using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Mapping.People;

namespace LeadSync.Mapping.Leads;

/// <summary>
/// Learns which record a lead is, so that its next version is matched by record id; of one that was erased meanwhile, that
/// its record is not to be imported.
/// </summary>
public sealed class RecordWrittenConsumer(PairStore pairs, ErasedRecords erased) : IItemConsumer<WrittenRecord>
{
    public async Task ConsumeAsync(IReadOnlyList<Arrived<WrittenRecord>> items, CancellationToken cancellationToken)
    {
        var learnt = items.Select(Learnt).ToList();
        await pairs.LearnRecordsAsync(learnt, cancellationToken);
        await erased.LearnAsync(learnt, cancellationToken);
    }

    // Without the link the record is found by email again. A lead that is erased at this moment cannot be linked either.
    public Task RejectAsync(Arrived<WrittenRecord> item, Exception fault, CancellationToken cancellationToken) =>
        erased.LearnAsync([Learnt(item)], cancellationToken);

    private static LearntRecord Learnt(Arrived<WrittenRecord> item) =>
        new(
            new LeadKey(item.Workspace, item.Item.Source, item.Item.LeadId),
            item.Item.ConnectionId,
            item.Item.Version,
            item.Item.Record,
            IsDone: !item.Item.Partly
        );
}
