using LeadSync.Hosting;
using LeadSync.Hosting.Bus;

namespace LeadSync.Mapping.Leads;

/// <summary>
/// Takes leads up again that could not be mapped, or that failed at the CRM under settings mended since. Any number of
/// replicas may run it; one that dies in the middle only makes another say the same once more.
/// </summary>
public sealed class DueLeads(
    DueStore store,
    LeadIntake intake,
    Publisher publisher,
    MappingOptions options,
    TimeProvider clock,
    ILogger<DueLeads> log
) : BackgroundService
{
    private const int Most = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var taken = 0;
            try
            {
                taken = await RunOnceAsync(stoppingToken);
            }
            catch (Exception fault) when (Faults.IsInfrastructure(fault))
            {
                if (!stoppingToken.IsCancellationRequested)
                    log.LogWarning(
                        "Taking up leads that are due waits for what is away ({Fault})",
                        fault.GetType().Name
                    );
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError("Taking up leads that are due: {Fault}", Faults.Trace(fault));
            }
            if (taken < Most)
                await Task.Delay(options.DueEvery, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Works off one batch.</summary>
    /// <returns>How many were taken up.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var claimed = await store.ClaimAsync(Most, cancellationToken);
        if (claimed.Count == 0)
            return 0;
        var told = await intake.DecideAgainAsync(claimed, cancellationToken);
        await publisher.TellAsync(told, cancellationToken);
        // Only now: whoever claims them next after a crash in between says the same again.
        await store.FinishAsync(claimed, cancellationToken);
        return claimed.Count;
    }
}
