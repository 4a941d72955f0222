using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Backfill;

/// <summary>
/// Maps the leads of backfills, slowly, so that new leads always find room, and tells of them on a queue of their own. A
/// replica that dies in the middle leaves its leads to the next, which tells of them again under a later version.
/// </summary>
public sealed class BackfillWorker(
    BackfillWork work,
    LeadIntake intake,
    Publisher publisher,
    MappingOptions options,
    TimeProvider clock,
    ILogger<BackfillWorker> log
) : BackgroundService
{
    private readonly BackfillPace _pace = BackfillPace.Of(options.BackfillPerMinute);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Working off backfills", options.DueEvery, RunOnceAsync, clock, log, stoppingToken);

    /// <summary>Maps the next leads of one backfill; false when none is due.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await work.ClaimAsync(_pace.AtOnce, cancellationToken) is not { } batch)
            return false;
        if (batch.Leads.Count > 0)
        {
            var told = await intake.BackfillAsync(
                [.. batch.Leads.Select(lead => lead.Key)],
                batch.ConnectionId,
                cancellationToken
            );
            await publisher.TellAsync(
                EventKinds.LeadMappedBackfill,
                told.Mapped.Select(item => (item.Workspace, item.Item with { Backfill = true })),
                cancellationToken
            );
            await publisher.TellAsync(EventKinds.SyncFailed, told.Failed, cancellationToken);
        }
        await work.FinishAsync(batch, _pace.Rest, cancellationToken);
        return true;
    }
}
