using System.Collections.Concurrent;

namespace LeadSync.Crash.Wire;

/// <summary>What becomes of the bytes that were held at a failpoint.</summary>
public enum Verdict
{
    /// <summary>They go on.</summary>
    Forward,

    /// <summary>They vanish, and the connection with them.</summary>
    Drop,
}

/// <summary>A failpoint that was reached: its connection stands still there until <see cref="Tripwire"/>'s act has ended.</summary>
public sealed record Crossing(string Point, Passage Passage);

/// <summary>Counts how often each failpoint is passed, and acts when one is reached for the n-th time since it was set.</summary>
public sealed class Tripwire
{
    private readonly ConcurrentDictionary<string, int> _passes = new(StringComparer.Ordinal);
    private Armed? _armed;

    /// <summary>How often each was passed, over all connections.</summary>
    public IReadOnlyDictionary<string, int> Passes => _passes;

    /// <summary>Sets it to a point; what was set before is off.</summary>
    /// <param name="act">Called once, while the connection stands still.</param>
    /// <returns>Ends when the point has been reached and the act is over.</returns>
    public Task SetAsync(string point, int nth, Func<Crossing, Task<Verdict>> act)
    {
        var armed = new Armed(point, nth, act);
        _armed = armed;
        return armed.Over.Task;
    }

    /// <summary>Switches it off; false when it was reached before.</summary>
    public bool Clear() => Interlocked.Exchange(ref _armed, null) is not { IsReached: true };

    internal async ValueTask<Verdict> PassAsync(string point, Passage passage)
    {
        _passes.AddOrUpdate(point, 1, (_, count) => count + 1);
        var armed = _armed;
        if (armed is null || armed.Point != point || Interlocked.Decrement(ref armed.Left) != 0)
            return Verdict.Forward;
        try
        {
            return await armed.Act(new Crossing(point, passage));
        }
        catch (Exception fault)
        {
            armed.Over.TrySetException(fault);
            return Verdict.Forward;
        }
        finally
        {
            armed.Over.TrySetResult();
        }
    }

    private sealed class Armed(string point, int nth, Func<Crossing, Task<Verdict>> act)
    {
        public int Left = nth;

        public string Point => point;

        public Func<Crossing, Task<Verdict>> Act => act;

        public bool IsReached => Left <= 0;

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
