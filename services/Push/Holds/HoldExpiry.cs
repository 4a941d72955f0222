using LeadSync.Hosting;

namespace LeadSync.Push.Holds;

/// <summary>
/// Ends the waiting of leads that were held for longer than <see cref="PushOptions.HoldFor"/>, 30 days by default: nobody is
/// to be surprised by what was captured long ago. They are parked with a code, and told; a newer capture takes them up again.
/// </summary>
public sealed class HoldExpiry(HeldLeads leads, PushOptions options, TimeProvider clock, ILogger<HoldExpiry> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RunOnceAsync(stoppingToken) > 0) { }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                if (Faults.IsInfrastructure(fault))
                    log.LogWarning("Looking for leads held for too long: {Fault}", Faults.Name(fault));
                else
                    log.LogError("Looking for leads held for too long: {Fault}", Faults.Trace(fault));
            }
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends some; gives how many.</summary>
    public Task<int> RunOnceAsync(CancellationToken cancellationToken) =>
        leads.ExpireSomeAsync(options.HoldFor, cancellationToken);
}
