using System.Runtime.ExceptionServices;
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

    // Between rounds that are not full: what is said meanwhile goes out in the same lists.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FaultWait = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var ring = wakeup.Next;
            try
            {
                var told = await RunOnceAsync(stoppingToken);
                if (told == Most)
                    continue;
                if (told > 0)
                {
                    await Task.Delay(Gather, clock, stoppingToken);
                    continue;
                }
                await Task.WhenAny(ring, Task.Delay(IdleWait, clock, stoppingToken));
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                if (Faults.IsInfrastructure(fault))
                    log.LogWarning("Publishing outcomes: trying again ({Fault})", Faults.Name(fault));
                else
                    log.LogError("Publishing outcomes: {Fault}", Faults.Trace(fault));
                await Task.Delay(FaultWait, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// Publishes what waits, at most 2,000, to our own services and to the products that it is about; says how many there
    /// were. What of it could not be published waits on, and throws once all the rest is published and done with.
    /// </summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var taken = await outcomes.TakeAsync(Most, cancellationToken);
        var groups = taken.Rows.GroupBy(row => (row.Workspace, row.Kind)).Select(group => group.ToList()).ToList();
        var faults = await Task.WhenAll(groups.Select(group => TryPublishAsync(group, cancellationToken)));
        var published = groups.Zip(faults).ToLookup(pair => pair.Second is null, pair => pair.First);
        if (published[true].Any())
            await taken.EndAsync(published[true].SelectMany(group => group), CancellationToken.None);
        if (Array.Find(faults, fault => fault is not null) is { } first)
            ExceptionDispatchInfo.Throw(first);
        return taken.Rows.Count;
    }

    private async Task<Exception?> TryPublishAsync(
        IReadOnlyList<OutcomeStore.Row> rows,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await PublishAsync(rows[0].Workspace, rows[0].Kind, rows, cancellationToken);
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
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
