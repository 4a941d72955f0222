namespace LeadSync.Push.Lanes;

/// <summary>
/// Tells idle workers and the relay of this replica that there may be something to do. A hint only: who misses it finds the
/// work at its next look.
/// </summary>
public sealed class Wakeup
{
    private volatile TaskCompletionSource _next = New();

    public void Ring() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>Take it before looking for work, so that a ring during the look is not missed.</summary>
    public Task Next => _next.Task;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
