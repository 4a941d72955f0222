using Microsoft.Extensions.Logging;

namespace LeadSync.Hosting;

/// <summary>
/// Work in the background that goes round and round: what there is to do is done, then it rests. No fault ends it; one that
/// passes is a warning, told once until a round went well again; one of ours is an error.
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
        for (var isAway = false; !stopping.IsCancellationRequested; )
        {
            try
            {
                while (await round(stopping))
                    isAway = false;
                isAway = false;
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                if (!Faults.IsInfrastructure(fault))
                    log.LogError("{Doing}: {Fault}", doing, Faults.Trace(fault));
                else if (!isAway)
                {
                    isAway = true;
                    log.LogWarning("{Doing}: {Fault}; trying again", doing, Faults.Name(fault));
                }
            }
            await Task.Delay(rest, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
