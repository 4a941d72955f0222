using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Push.Lanes;

/// <summary>What is wanted of leads becomes rows in their lanes, newest version only.</summary>
public class LeadMappedConsumer(LeadSyncStore leads, Publisher publisher, Wakeup wakeup) : IItemConsumer<MappedLead>
{
    public async Task ConsumeAsync(IReadOnlyList<Arrived<MappedLead>> items, CancellationToken cancellationToken)
    {
        await leads.TakeInAsync(Newest(items), cancellationToken);
        wakeup.Ring();
    }

    public Task RejectAsync(Arrived<MappedLead> item, Exception fault, CancellationToken cancellationToken)
    {
        var kind = FailureCatalogue.PayloadRejected;
        var lead = item.Item;
        return publisher.PublishAsync(
            EventKinds.SyncFailed,
            item.Workspace,
            [
                new FailedSync
                {
                    EventId = EventIds.Derive(
                        "push-rejected",
                        lead.Key(item.Workspace),
                        lead.ConnectionId,
                        lead.Version
                    ),
                    OccurredAt = lead.OccurredAt,
                    TraceParent = lead.TraceParent,
                    Source = lead.Source,
                    LeadId = lead.LeadId,
                    ConnectionId = lead.ConnectionId,
                    Version = lead.Version,
                    Stage = SyncStage.Match,
                    Code = kind.Code,
                    Message = $"The lead could not be put into its lane ({fault.GetType().Name}).",
                    Cause = kind.Cause,
                    Fix = kind.Fix,
                    Transient = false,
                    Metadata = lead.Metadata,
                },
            ],
            cancellationToken
        );
    }

    // An upsert may touch a row once only, and an older version has nothing to add to a newer one: each is the whole state.
    private static IReadOnlyList<Arrived<MappedLead>> Newest(IReadOnlyList<Arrived<MappedLead>> items)
    {
        var newest = new Dictionary<(Guid, string, string), Arrived<MappedLead>>(items.Count);
        foreach (var item in items)
        {
            var lead = item.Item;
            var key = (lead.ConnectionId, lead.Source, lead.LeadId);
            if (!newest.TryGetValue(key, out var known) || lead.Version > known.Item.Version)
                newest[key] = item;
        }
        return [.. newest.Values];
    }
}

/// <summary>The same for leads that a backfill chose, which come on a queue of their own.</summary>
public sealed class BackfilledLeadConsumer(LeadSyncStore leads, Publisher publisher, Wakeup wakeup)
    : LeadMappedConsumer(leads, publisher, wakeup);
