using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Mapping.Connections;

namespace LeadSync.Mapping.Leads;

/// <summary>
/// Learns which leads failed for good at the CRM, so that mending the mapping takes them up again, and when a CRM's schema
/// is another one than we think. What Mapping itself told of it knows already.
/// </summary>
public sealed class SyncFailedConsumer(PairStore pairs, SchemaCopies schemas) : IItemConsumer<FailedSync>
{
    public async Task ConsumeAsync(IReadOnlyList<Arrived<FailedSync>> items, CancellationToken cancellationToken)
    {
        var learnt = items
            .Where(item => item.Item.Stage is SyncStage.Match or SyncStage.Write)
            .Where(item => item.Item is { ConnectionId: not null, LeadId: not null, Version: not null })
            .ToList();
        var changed = learnt
            .Where(item => item.Item.Code == FailureCatalogue.SchemaChanged.Code)
            .Select(item => (item.Workspace, item.Item.ConnectionId!.Value))
            .Distinct()
            .ToList();
        await schemas.CheckSoonAsync(changed, cancellationToken);
        await pairs.LearnFailuresAsync(
            [
                .. learnt
                    .Where(item => !item.Item.Transient && !IsWarning(item.Item.Code))
                    .Select(item => new LearntFailure(
                        new LeadKey(item.Workspace, item.Item.Source, item.Item.LeadId!),
                        item.Item.ConnectionId!.Value,
                        item.Item.Version!.Value,
                        item.Item.Code
                    )),
            ],
            cancellationToken
        );
    }

    // The lead was written: there is nothing of it to take up again.
    private static bool IsWarning(string code) => FailureCatalogue.All.GetValueOrDefault(code) is { IsWarning: true };

    // Our own services' events are well formed; one that cannot be learnt costs a re-map, not a lead.
    public Task RejectAsync(Arrived<FailedSync> item, Exception fault, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
