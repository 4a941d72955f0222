using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Audit.History;

/// <summary>Stores the events of one kind.</summary>
public sealed class EventConsumer<TItem>(HistoryStore history, Publisher publisher, ILogger<EventConsumer<TItem>> log)
    : IItemConsumer<TItem>
    where TItem : IEventItem
{
    public Task ConsumeAsync(IReadOnlyList<Arrived<TItem>> items, CancellationToken cancellationToken) =>
        history.AddAsync([.. items.Select(item => Happening.Of(item.Workspace, item.Item))], cancellationToken);

    /// <summary>An event that the database cannot keep is told of in its place.</summary>
    public async Task RejectAsync(Arrived<TItem> item, Exception fault, CancellationToken cancellationToken)
    {
        var kept = Happening.Of(item.Workspace, item.Item);
        if (kept.Item is FailedSync)
        {
            // Telling of this one would come back here and fail the same way.
            log.LogError("The failure {EventId} cannot be kept; its code is {Code}", kept.Item.EventId, kept.Code);
            return;
        }
        var kind = FailureCatalogue.PayloadRejected;
        var told = new FailedSync
        {
            EventId = EventIds.Derive("SyncFailed.audit", kept.Item.EventId.ToString("N")),
            OccurredAt = kept.At,
            Source = kept.Source,
            LeadId = kept.LeadId,
            Stage = kept.Item switch
            {
                MappedLead => SyncStage.Mapping,
                MatchedRecord => SyncStage.Match,
                WrittenRecord => SyncStage.Write,
                _ => SyncStage.Capture,
            },
            Code = kind.Code,
            Message = $"The event {kept.Kind} of this lead cannot be kept in the history ({fault.GetType().Name}).",
            Cause = kind.Cause,
            Fix = kind.Fix,
            Transient = false,
        };
        await publisher.PublishAsync(EventKinds.SyncFailed, item.Workspace, [told], cancellationToken);
    }
}
