using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Push.Erasure;

/// <summary>
/// Stands before whoever takes leads into their lanes: a lead that is to be forgotten goes to its erasure, and what comes
/// late of one that was forgotten goes nowhere.
/// </summary>
public sealed class WithoutErased<TConsumer>(TConsumer lanes, ErasureStore erasures) : IItemConsumer<MappedLead>
    where TConsumer : IItemConsumer<MappedLead>
{
    private const string Erased = "ERASED";

    public async Task ConsumeAsync(IReadOnlyList<Arrived<MappedLead>> items, CancellationToken cancellationToken)
    {
        await erasures.BeginAsync(
            [
                .. items
                    .Where(item => item.Item is { Withdrawn: true, Reason: Erased })
                    .Select(item => (item.Workspace, item.Item)),
            ],
            cancellationToken
        );
        // By reference: a redelivery beside the original may be equal to it.
        var late = new HashSet<object>(ReferenceEqualityComparer.Instance);
        late.UnionWith((await LateAsync(items, cancellationToken)).Select(one => one.Item));
        List<Arrived<MappedLead>> others = [.. items.Where(item => item.Item.Reason != Erased && !late.Contains(item))];
        if (others.Count == 0)
            return;
        await lanes.ConsumeAsync(others, cancellationToken);

        // Erased by another replica just when these were put into their lanes: then that one may not have seen them.
        var missed = await LateAsync(others, cancellationToken);
        await erasures.BeginAsync(
            [.. missed.Select(one => (one.Item.Workspace, Forgotten(one.Item.Item, one.Version)))],
            cancellationToken
        );
    }

    public Task RejectAsync(Arrived<MappedLead> item, Exception fault, CancellationToken cancellationToken) =>
        lanes.RejectAsync(item, fault, cancellationToken);

    private static MappedLead Forgotten(MappedLead lead, long version) =>
        lead with
        {
            Version = version,
            Match = new MatchKeys(),
            Sections = [],
            Remarks = null,
            Metadata = null,
            TraceParent = null,
            Withdrawn = true,
            Reason = Erased,
        };

    // With the version that each was erased with.
    private async Task<List<(Arrived<MappedLead> Item, long Version)>> LateAsync(
        IReadOnlyList<Arrived<MappedLead>> items,
        CancellationToken cancellationToken
    )
    {
        var erased = await erasures.VersionsAsync(
            [.. items.Select(item => item.Item.Key(item.Workspace)).Distinct()],
            cancellationToken
        );
        return erased.Count == 0
            ? []
            :
            [
                .. items
                    .Select(item => (Item: item, Version: erased.GetValueOrDefault(item.Item.Key(item.Workspace), -1)))
                    .Where(one => one.Item.Item.Version <= one.Version),
            ];
    }
}
