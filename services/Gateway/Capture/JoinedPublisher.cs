using System.Collections.Concurrent;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// Joins small requests of one workspace into one list: what arrives while a list is under way goes with the next. 200 leads as one
/// message cost a thirtieth of 200 messages. Each caller waits for the confirm of the list that its items are in.
/// </summary>
internal sealed class JoinedPublisher<TItem>(EventKind<TItem> kind, CapturePublisher publisher, TimeProvider clock)
    where TItem : class, IEventItem
{
    /// <summary>From here on a request fills lists by itself and has nothing to gain from waiting.</summary>
    private const int LargeEnough = 100;

    private readonly ConcurrentDictionary<string, Joined<TItem>> _ofWorkspace = new(StringComparer.Ordinal);

    /// <summary>True: the broker has confirmed these items. See <see cref="CapturePublisher.PublishAsync"/>.</summary>
    public async Task<bool> PublishAsync(string workspace, IReadOnlyCollection<TItem> items)
    {
        if (items.Count == 0)
            return true;
        if (items.Count >= LargeEnough)
            return await publisher.PublishAsync(kind, workspace, items);
        try
        {
            // Not cut off by one caller: others may be in the same list.
            await JoinedOf(workspace).RunAsync([.. items], CancellationToken.None);
            return true;
        }
        catch (NotConfirmedException)
        {
            return false;
        }
    }

    private Joined<TItem> JoinedOf(string workspace) =>
        _ofWorkspace.GetOrAdd(
            workspace,
            _ => new Joined<TItem>(
                async (items, _) =>
                {
                    if (!await publisher.PublishAsync(kind, workspace, items))
                        throw new NotConfirmedException();
                },
                clock,
                EventList.MaxItems
            )
        );

    /// <summary>Of nobody's own doing: all whose items were in the list hear of it.</summary>
    private sealed class NotConfirmedException() : TimeoutException("The broker has not confirmed the list in time.");
}
