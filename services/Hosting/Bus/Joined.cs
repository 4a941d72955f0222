namespace LeadSync.Hosting.Bus;

/// <summary>
/// Does pieces of work that wait at the same time as one: what comes alone is done at once, and what comes while others are under
/// way is done together, in one transaction instead of many. After each go it rests for as long as that took, unless enough
/// waits for a full one: a machine that has too much to do does it in fewer and larger goes.
/// </summary>
/// <param name="work">Its effect must be the same when it runs twice: where it throws, it is run again for each piece.</param>
/// <param name="most">Items in one go; only a piece that has more by itself is done as it is.</param>
/// <param name="atOnce">How many goes there are at the same time.</param>
public sealed class Joined<TItem>(
    Func<IReadOnlyList<TItem>, CancellationToken, Task> work,
    TimeProvider clock,
    int most,
    int atOnce = 1
)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<Piece> _waiting = new();
    private int _itemsWaiting;
    private int _underWay;

    /// <summary>Ends when these items are done; throws what the work with them alone would throw.</summary>
    public async Task RunAsync(IReadOnlyList<TItem> items, CancellationToken cancellationToken)
    {
        var piece = new Piece(items, cancellationToken);
        lock (_gate)
        {
            if (_underWay < atOnce)
            {
                _underWay++;
                piece.Turn.SetResult(Turn.Leads);
            }
            else
            {
                _waiting.Enqueue(piece);
                _itemsWaiting += items.Count;
            }
        }
        if (await piece.Turn.Task == Turn.Leads)
            await LeadAsync(piece);
    }

    private async Task LeadAsync(Piece first)
    {
        var began = clock.GetTimestamp();
        try
        {
            var others = TakeOthers(first);
            if (others.Count == 0)
                await work(first.Items, first.CancellationToken);
            else
                await RunTogetherAsync(first, others);
        }
        finally
        {
            _ = GoOnAsync(clock.GetElapsedTime(began));
        }
    }

    private async Task GoOnAsync(TimeSpan rest)
    {
        if (Volatile.Read(ref _itemsWaiting) < most)
            await Task.Delay(rest < LongestRest ? rest : LongestRest, clock);
        lock (_gate)
        {
            if (TakeNext() is { } next)
                next.Turn.SetResult(Turn.Leads);
            else
                _underWay--;
        }
    }

    private List<Piece> TakeOthers(Piece first)
    {
        var others = new List<Piece>();
        var items = first.Items.Count;
        lock (_gate)
        {
            while (_waiting.TryPeek(out var next) && (items += next.Items.Count) <= most)
                others.Add(TakeNext()!);
        }
        return others;
    }

    private Piece? TakeNext()
    {
        if (!_waiting.TryDequeue(out var next))
            return null;
        _itemsWaiting -= next.Items.Count;
        return next;
    }

    private async Task RunTogetherAsync(Piece first, List<Piece> others)
    {
        try
        {
            using var any = CancellationTokenSource.CreateLinkedTokenSource([
                first.CancellationToken,
                .. others.Select(other => other.CancellationToken),
            ]);
            await work([.. first.Items, .. others.SelectMany(other => other.Items)], any.Token);
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault))
        {
            // Nothing to do with what any of them brought: each is tried again by whoever brought it.
            foreach (var other in others)
                other.Turn.SetException(fault);
            throw;
        }
        catch (Exception)
        {
            foreach (var other in others)
                await RunAloneAsync(other);
            await work(first.Items, first.CancellationToken);
            return;
        }
        foreach (var other in others)
            other.Turn.SetResult(Turn.IsDone);
    }

    // So that what one of them brought harms only itself.
    private async Task RunAloneAsync(Piece piece)
    {
        try
        {
            await work(piece.Items, piece.CancellationToken);
            piece.Turn.SetResult(Turn.IsDone);
        }
        catch (Exception fault)
        {
            piece.Turn.SetException(fault);
        }
    }

    private sealed record Piece(IReadOnlyList<TItem> Items, CancellationToken CancellationToken)
    {
        public TaskCompletionSource<Turn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private enum Turn
    {
        /// <summary>It is to be done now, with others that wait.</summary>
        Leads,

        IsDone,
    }
}
