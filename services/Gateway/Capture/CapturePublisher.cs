using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// Publishes what was captured, and says whether the broker has confirmed it. After a failure it refuses at once for a
/// moment: under a broker's alarm each try would wait in vain, hold its leads in memory, and may be delivered after all.
/// </summary>
public sealed class CapturePublisher(
    Publisher publisher,
    Broker broker,
    CaptureOptions options,
    TimeProvider clock,
    ILogger<CapturePublisher> log
)
{
    // When the last failure was, as a timestamp of the clock; 0: none since the last success.
    private long _failedAt;

    /// <summary>Whether publishing is known to be in vain now.</summary>
    public bool IsClosed =>
        broker.Trouble is not null
        || (
            Interlocked.Read(ref _failedAt) is var failedAt and not 0 && clock.GetElapsedTime(failedAt) < options.Pause
        );

    /// <summary>
    /// True: confirmed, all of it. False: not confirmed in time, or no queue took it; some of it may be delivered all the
    /// same, so a repeat needs the same event ids.
    /// </summary>
    public async Task<bool> PublishAsync<TItem>(
        EventKind<TItem> kind,
        string workspace,
        IReadOnlyCollection<TItem> items
    )
        where TItem : IEventItem
    {
        if (IsClosed)
            return false;
        try
        {
            // Not cut off by the caller: others may be in the same list.
            await publisher.PublishAsync(kind, workspace, items, CancellationToken.None, options.Patience);
            Interlocked.Exchange(ref _failedAt, 0);
            return true;
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault))
        {
            if (Interlocked.Exchange(ref _failedAt, clock.GetTimestamp()) == 0)
                log.LogWarning(
                    "The broker takes no leads; products are told to come back ({Fault})",
                    fault.GetType().Name
                );
            return false;
        }
    }
}
