using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting;
using LeadSync.Push.Access;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Lanes;

/// <summary>
/// One turn of a lane: what was left unknown is looked for, then batches of leads are taken and synced, until the lane is
/// empty or others are to have their turn.
/// </summary>
/// <remarks>
/// A further batch is begun while one is under way only when that one was full: leads that trickle in are worth waiting for,
/// because they share the calls of the next batch.
/// </remarks>
public sealed class LaneTurn(
    IntentStore intents,
    LeadSyncStore leads,
    Prober prober,
    LaneRound round,
    Accesses accesses,
    Wakeup wakeup,
    TimeProvider clock,
    PushOptions options
)
{
    /// <exception cref="CrmException">The CRM, or the access to it, failed as a whole.</exception>
    /// <exception cref="LeaseLostException">The lane is another worker's now.</exception>
    public async Task RunAsync(Lease lease, CancellationToken cancellationToken)
    {
        await intents.AbandonOpenAsync(lease, cancellationToken);
        LaneAccess? access = null;
        await prober.ResolveAsync(
            lease,
            async () => access = await accesses.OpenAsync(lease, CallPriority.NewLead, cancellationToken),
            cancellationToken
        );
        using var turn = new Turn(lease, clock.GetTimestamp());
        await ServeAsync(turn, number: 1, access, cancellationToken);
        if (turn.Taken == 0)
            await leads.DeferHeldAsync(lease, cancellationToken);
    }

    /// <summary>Syncs batch after batch, and has others do so beside it as long as there is enough for them.</summary>
    private async Task ServeAsync(Turn turn, int number, LaneAccess? access, CancellationToken cancellationToken)
    {
        var beside = Task.CompletedTask;
        try
        {
            for (var isFull = true; isFull && MayBegin(turn); )
            {
                var (batch, mine, full) = await TakeAsync(turn, cancellationToken);
                using var claim = mine;
                isFull = full;
                if (batch.Count == 0)
                    break;
                if (full && beside.IsCompletedSuccessfully && number < options.BatchesPerLane)
                    beside = ServeAsync(turn, number + 1, access: null, cancellationToken);
                // One that was never written makes the whole batch urgent: the others cost no further call.
                var priority = batch.Exists(lead => lead.Link is null) ? CallPriority.NewLead : CallPriority.Update;
                access ??= await accesses.OpenAsync(turn.Lease, priority, cancellationToken);
                access.Priority = priority;
                using var span = Telemetry.StartLinked("sync leads", batch.Select(lead => lead.Wanted.TraceParent));
                span?.SetTag("leadsync.leads", batch.Count);
                await round.SyncAsync(turn.Lease, access, batch, claim, cancellationToken);
                // What was said of them is to be published.
                wakeup.Ring();
            }
        }
        catch
        {
            turn.Failed = true;
            throw;
        }
        finally
        {
            // What is under way beside this ends by itself, and is never left behind with a lease that is given back.
            await beside;
        }
    }

    private bool MayBegin(Turn turn) =>
        !turn.Failed
        && turn.Taken < options.LeadsPerTurn
        && (turn.Taken == 0 || clock.GetElapsedTime(turn.Began) < options.RoundWithin);

    private async Task<(List<WaitingLead> Batch, Claims.Batch Claim, bool IsFull)> TakeAsync(
        Turn turn,
        CancellationToken cancellationToken
    )
    {
        // One at a time: what one takes, the next must not find.
        await turn.Taking.WaitAsync(cancellationToken);
        try
        {
            var due = await leads.TakeDueAsync(turn.Lease, options.BatchSize, turn.Claims.Keys, cancellationToken);
            var (batch, keys) = PersonKeys.OnePerPerson(due);
            turn.Taken += batch.Count;
            return (batch, turn.Claims.Begin(keys), due.Count == options.BatchSize);
        }
        finally
        {
            turn.Taking.Release();
        }
    }

    private sealed class Turn(Lease lease, long began) : IDisposable
    {
        public Lease Lease => lease;
        public long Began => began;
        public Claims Claims { get; } = new();
        public SemaphoreSlim Taking { get; } = new(1);
        public int Taken { get; set; }

        /// <summary>Something stopped one batch: no other is begun.</summary>
        public volatile bool Failed;

        public void Dispose() => Taking.Dispose();
    }
}
