using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Crm;
using LeadSync.Hosting;

namespace LeadSync.Connector.Tokens;

/// <summary>
/// Looks after every connection now and then, each by one replica at a time: a grant that was revoked is known before leads
/// pile up, one that works again is noticed, and the org's API usage is read. One API call a look.
/// </summary>
public sealed class Probe(
    ConnectionStore connections,
    AccessTokens tokens,
    OrgUsage usage,
    ConnectorOptions options,
    TimeProvider clock,
    ILogger<Probe> log
) : BackgroundService
{
    // How late a look may be.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Probing connections", Pause, RunOnceAsync, clock, log, stoppingToken);

    /// <summary>Probes the connection that has waited longest; false when none is due.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await connections.TakeForProbeAsync(clock.GetUtcNow(), options.ProbeEvery, cancellationToken);
        if (due is not { } connectionId)
            return false;
        try
        {
            await usage.ReadAsync(await tokens.GetAsync(connectionId, null, cancellationToken), cancellationToken);
        }
        // A refusal is kept with the connection by now, and what passes is tried again at the next look.
        catch (CrmException) { }
        return true;
    }
}
