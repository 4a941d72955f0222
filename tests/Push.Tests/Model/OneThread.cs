using System.Collections.Concurrent;
using System.Diagnostics;

namespace LeadSync.Push.Tests.Model;

/// <summary>
/// All that the engine does runs on one thread, one thing after the other, so that a seed gives one order of events. What
/// the engine awaits comes back here; it rests when nothing has come back and the database has nothing under way.
/// </summary>
internal sealed class OneThread(Func<bool> isDatabaseIdle) : SynchronizationContext
{
    // Of real time: nothing that is waited for takes a hundredth of it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _due = [];

    public override void Post(SendOrPostCallback d, object? state) => _due.Add((d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Does work on this thread with all that it awaits.</summary>
    public void Within(Action work)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            work();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Does something to its end.</summary>
    public T Finish<T>(Func<Task<T>> work)
    {
        var task = work();
        Until(() => task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Does something to its end.</summary>
    public void Finish(Func<Task> work) =>
        Finish(async () =>
        {
            await work();
            return true;
        });

    /// <summary>Goes on until this is so, and the engine rests.</summary>
    /// <exception cref="TimeoutException">It waits for something that never comes.</exception>
    public void Until(Func<bool> isSo)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            while (_due.TryTake(out var next))
                next.Callback(next.State);
            if (isSo() && isDatabaseIdle() && _due.Count == 0)
                return;
            if (_due.TryTake(out var late, millisecondsTimeout: 1))
                late.Callback(late.State);
            else if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new TimeoutException("The engine waits for something that the model does not know of.");
        }
    }
}
