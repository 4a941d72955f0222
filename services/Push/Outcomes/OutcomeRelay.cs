using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Outcomes;

/// <summary>
/// Publishes outcomes once they are committed, in lists. What was published but could not be marked is published again, with
/// the same event ids.
/// </summary>
public sealed class OutcomeRelay(
    OutcomeStore outcomes,
    Publisher publisher,
    Wakeup wakeup,
    TimeProvider clock,
    ILogger<OutcomeRelay> log
) : BackgroundService
{
    private const int Most = 2_000;
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FaultWait = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var ring = wakeup.Next;
            try
            {
                if (await RunOnceAsync(stoppingToken) == Most)
                    continue;
                await Task.WhenAny(ring, Task.Delay(IdleWait, clock, stoppingToken));
            }
            catch (Exception fault) when (Faults.IsInfrastructure(fault))
            {
                if (stoppingToken.IsCancellationRequested)
                    return;
                log.LogWarning("Publishing outcomes: trying again ({Fault})", fault.GetType().Name);
                await Task.Delay(FaultWait, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Publishes what waits, at most 2,000; says how many there were.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var rows = await outcomes.ClaimAsync(Most, cancellationToken);
        try
        {
            await Task.WhenAll(
                rows.GroupBy(row => (row.Workspace, row.Kind))
                    .Select(group => PublishAsync(group.Key.Workspace, group.Key.Kind, group, cancellationToken))
            );
        }
        catch
        {
            await outcomes.UnclaimAsync(rows, CancellationToken.None);
            throw;
        }
        if (rows.Count > 0)
            await outcomes.DeleteAsync(rows, cancellationToken);
        return rows.Count;
    }

    private Task PublishAsync(
        string workspace,
        string kind,
        IEnumerable<OutcomeStore.Row> rows,
        CancellationToken cancellationToken
    )
    {
        return kind switch
        {
            "matched" => Publish(EventKinds.RecordMatched),
            "written" => Publish(EventKinds.RecordWritten),
            "failed" => Publish(EventKinds.SyncFailed),
            _ => throw new InvalidOperationException($"An outcome of the unknown kind '{kind}'."),
        };

        Task Publish<TItem>(EventKind<TItem> events)
            where TItem : IEventItem =>
            publisher.PublishAsync(
                events,
                workspace,
                [.. rows.Select(row => JsonSerializer.Deserialize<TItem>(row.Body, Wire.Json)!)],
                cancellationToken
            );
    }
}
