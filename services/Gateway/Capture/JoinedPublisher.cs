using LeadSync.Contracts;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// Joins small requests of one workspace, arriving within a few milliseconds, into one list: 200 leads as one message cost a
/// thirtieth of 200 messages. Each caller waits for the confirm of the list that its items are in.
/// </summary>
internal sealed class JoinedPublisher<TItem>(
    EventKind<TItem> kind,
    CapturePublisher publisher,
    CaptureOptions options,
    TimeProvider clock
)
    where TItem : class, IEventItem
{
    /// <summary>From here on a request fills lists by itself and has nothing to gain from waiting.</summary>
    private const int LargeEnough = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List> _open = new(StringComparer.Ordinal);

    /// <summary>True: the broker has confirmed these items. See <see cref="CapturePublisher.PublishAsync"/>.</summary>
    public Task<bool> PublishAsync(string workspace, IReadOnlyCollection<TItem> items)
    {
        if (items.Count == 0)
            return Task.FromResult(true);
        if (items.Count >= LargeEnough || options.JoinWindow == TimeSpan.Zero)
            return publisher.PublishAsync(kind, workspace, items);

        List list;
        bool isFirst;
        bool isFull;
        lock (_gate)
        {
            isFirst = !_open.TryGetValue(workspace, out list!);
            if (isFirst)
                _open[workspace] = list = new List();
            list.Items.AddRange(items);
            isFull = list.Items.Count >= EventList.MaxItems;
        }
        // Only now that its items are in it: a thread that is held up may find the window over before it goes on, and then
        // closes the list here and at once.
        if (isFirst)
            _ = CloseAfterWindowAsync(workspace, list);
        if (isFull)
            Close(workspace, list);
        return list.Confirmed.Task;
    }

    private async Task CloseAfterWindowAsync(string workspace, List list)
    {
        await Task.Delay(options.JoinWindow, clock);
        Close(workspace, list);
    }

    // Whoever comes first, the window's end or the item that fills the list, sends it; once.
    private void Close(string workspace, List list)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(workspace, out var open) || open != list)
                return;
            _open.Remove(workspace);
        }
        _ = SendAsync(workspace, list);
    }

    private async Task SendAsync(string workspace, List list)
    {
        try
        {
            list.Confirmed.SetResult(await publisher.PublishAsync(kind, workspace, list.Items));
        }
        catch (Exception fault)
        {
            // A fault of our own: everyone who waits must hear of it.
            list.Confirmed.SetException(fault);
        }
    }

    private sealed class List
    {
        public List<TItem> Items { get; } = [];
        public TaskCompletionSource<bool> Confirmed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
