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

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Looking for leads held for too long", Pause, RunOnceAsync, clock, log, stoppingToken);

    /// <summary>Ends some; false when none was left.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken) =>
        await leads.ExpireSomeAsync(options.HoldFor, cancellationToken) > 0;
}
