using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Lanes;

/// <summary>
/// Serves lanes, several at once for each kind of CRM: leases the one that was not served for longest, gives it a turn, and
/// gives it back. One worker of several takes only small lanes. A lane whose CRM fails rests for a while and is taken
/// up again by itself; what waits in it stays where it is.
/// </summary>
public sealed class LaneWorker(
    LeaseStore leases,
    LaneTurn turn,
    LaneRests rests,
    IEnumerable<ICrm> crms,
    Wakeup wakeup,
    PushOptions options,
    TimeProvider clock,
    ILogger<LaneWorker> log
) : BackgroundService
{
    // What is in hand when the service stops is finished, within what the host allows for it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan FaultWait = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Duties().Select(duty => ServeAsync(duty, stoppingToken)));

    private IEnumerable<Duty> Duties() =>
        crms.SelectMany(crm =>
            Enumerable
                .Range(0, options.LanesAtOnce)
                .Select(number => new Duty(crm.System, SmallOnly: number == 0 && options.LanesAtOnce > 1))
        );

    private async Task ServeAsync(Duty duty, CancellationToken stoppingToken)
    {
        var owner = Guid.CreateVersion7();
        using var end = new CancellationTokenSource();
        await using var registration = stoppingToken.Register(() => end.CancelAfter(Grace));
        while (!stoppingToken.IsCancellationRequested)
        {
            var ring = wakeup.Next;
            var (resting, rest) = rests.Now();
            try
            {
                if (await RunOnceAsync(owner, duty, end.Token, resting))
                    continue;
                await Task.WhenAny(ring, Task.Delay(rest, clock, stoppingToken));
            }
            catch (Exception fault) when (Faults.IsInfrastructure(fault))
            {
                if (stoppingToken.IsCancellationRequested)
                    return;
                log.LogWarning("Serving lanes: trying again ({Fault})", fault.GetType().Name);
                await Task.Delay(FaultWait, clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Gives one lane its turn; false when none has work.</summary>
    /// <param name="resting">Lanes that are to be left alone.</param>
    public async Task<bool> RunOnceAsync(
        Guid owner,
        Duty duty,
        CancellationToken cancellationToken,
        Guid[]? resting = null
    )
    {
        if (await leases.TakeNextAsync(owner, duty, cancellationToken, resting) is not { } lease)
            return false;
        rests.Begin(lease.ConnectionId);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewal = RenewAsync(lease, done.Token);
        try
        {
            await turn.RunAsync(lease, cancellationToken);
            await leases.ReleaseAsync(lease, wentWell: true, cancellationToken);
        }
        catch (CrmException fault)
        {
            var failure = fault.Failure;
            var wait = RetrySchedule.ForLane(lease.Faults, failure.RetryAfter, Random.Shared.NextDouble());
            await leases.PauseAsync(lease, failure.Code, failure.Cause, wait, cancellationToken);
            if (lease.Faults == 0)
                log.LogWarning("Lane {ConnectionId} rests: {Code}", lease.ConnectionId, failure.Code);
        }
        // What a hold stopped waits for its end; the rest of the lane goes on.
        catch (Exception fault) when (fault is GrantSpentException or HeldException)
        {
            await leases.ReleaseAsync(lease, wentWell: false, cancellationToken);
        }
        catch (LeaseLostException)
        {
            Measures.LeasesLost.Add(1);
            log.LogWarning("Lane {ConnectionId} was taken over while it was served", lease.ConnectionId);
        }
        // Connector away is not the CRM's fault, and neither is a database that hiccups: rest, and try again.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            var kind = Faults.IsInfrastructure(fault) ? FailureCatalogue.Unavailable : FailureCatalogue.Internal;
            log.Log(
                kind == FailureCatalogue.Internal ? LogLevel.Error : LogLevel.Warning,
                "Serving lane {ConnectionId}: {Fault}",
                lease.ConnectionId,
                Faults.Trace(fault)
            );
            var wait = RetrySchedule.ForLane(lease.Faults, asked: null, Random.Shared.NextDouble());
            await leases.PauseAsync(lease, kind.Code, kind.Cause, wait, cancellationToken);
        }
        finally
        {
            await done.CancelAsync();
            await renewal;
        }
        return true;
    }

    private async Task RenewAsync(Lease lease, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(options.Lease / 3, clock, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (done.IsCancellationRequested || !await leases.RenewAsync(lease, done))
                    return;
            }
            catch (Exception fault) when (Faults.IsInfrastructure(fault))
            {
                // The next renewal may come in time; if none does, the check before each send finds out.
            }
        }
    }
}
