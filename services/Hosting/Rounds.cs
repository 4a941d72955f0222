using Microsoft.Extensions.Logging;

namespace LeadSync.Hosting;

/// <summary>
/// Work in the background that goes round and round: what there is to do is done, then it rests. No fault ends it; one that
/// passes is a warning, one of ours an error.
/// </summary>
public static class Rounds
{
    /// <summary>Goes on until the service stops.</summary>
    /// <param name="doing">What it does, as the log is to tell: <c>Revoking tokens</c>.</param>
    /// <param name="rest">How long it rests when nothing is left to do, or after a fault.</param>
    /// <param name="round">Does some of it; true when there may be more.</param>
    public static async Task RunAsync(
        string doing,
        TimeSpan rest,
        Func<CancellationToken, Task<bool>> round,
        TimeProvider clock,
        ILogger log,
        CancellationToken stopping
    )
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (await round(stopping)) { }
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                if (Faults.IsInfrastructure(fault))
                    log.LogWarning("{Doing}: {Fault}; trying again", doing, Faults.Name(fault));
                else
                    log.LogError("{Doing}: {Fault}", doing, Faults.Trace(fault));
            }
            await Task.Delay(rest, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
