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

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(
            "Taking up leads that are due",
            options.DueEvery,
            async stop => await RunOnceAsync(stop) == Most,
            clock,
            log,
            stoppingToken
        );

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
