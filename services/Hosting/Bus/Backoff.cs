using Microsoft.Extensions.Logging;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// Repeats what failed because something was down, for up to ten minutes; a consumer then gives its message back to the
/// queue. A message therefore never faults because of an outage, however long.
/// </summary>
public sealed class Backoff(TimeProvider clock, ILogger<Backoff> log)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>How long it is tried: well under the broker's own limit of 30 minutes for an unacknowledged message.</summary>
    public static readonly TimeSpan Total = TimeSpan.FromMinutes(10);

    /// <summary>Repeats a piece of work until it succeeds, fails for good, or <see cref="Total"/> is over.</summary>
    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken stop) =>
        RunAsync(work, clock.GetTimestamp(), stop, stop);

    /// <summary>The beginning of several pieces of work that have <see cref="Total"/> together.</summary>
    internal long Begin() => clock.GetTimestamp();

    /// <param name="began">From <see cref="Begin"/>.</param>
    /// <param name="stop">No further attempt is made after it, but the one in hand is finished.</param>
    /// <param name="abort">Ends the attempt in hand too.</param>
    internal async Task RunAsync(
        Func<CancellationToken, Task> work,
        long began,
        CancellationToken stop,
        CancellationToken abort
    )
    {
        for (var attempt = 0; ; attempt++)
        {
            abort.ThrowIfCancellationRequested();
            try
            {
                await work(abort);
                return;
            }
            catch (Exception fault)
                when (Faults.IsInfrastructure(fault)
                    && !stop.IsCancellationRequested
                    && !abort.IsCancellationRequested
                    && clock.GetElapsedTime(began) < Total
                )
            {
                if (attempt == 0)
                    log.LogWarning("Waiting for a database, broker or peer that is away ({Fault})", Faults.Name(fault));
            }
            await Task.Delay(Wait(attempt), clock, stop);
        }
    }

    // Half of it random, so that what was stopped together does not come back together.
    private static TimeSpan Wait(int attempt)
    {
        var longest = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 20)), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}
