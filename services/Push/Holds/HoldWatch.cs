using LeadSync.Hosting;

namespace LeadSync.Push.Holds;

/// <summary>
/// Knows every hold, never older than <see cref="Freshness"/>: it is the last thing asked before a call goes out, in memory,
/// because a lane may send many calls after one look at the database. When the holds cannot be read, no call goes out.
/// </summary>
public sealed class HoldWatch(HoldStore holds, TimeProvider clock, ILogger<HoldWatch> log) : BackgroundService
{
    /// <summary>
    /// No call starts on knowledge older than this. Whoever sets a hold waits so long before it says that it is set, and
    /// from then on none starts at any replica.
    /// </summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private volatile Known? _known;

    /// <summary>Throws when a call must not go out now.</summary>
    /// <param name="workspace">The lane's.</param>
    /// <param name="cargo">What the call carries; empty for one that belongs to no lead in particular.</param>
    /// <exception cref="HeldException">A hold is set.</exception>
    /// <exception cref="TimeoutException">What is held is not known well enough.</exception>
    public void Check(string workspace, Guid connectionId, IReadOnlyCollection<Cargo> cargo)
    {
        var known = _known;
        if (known is null || clock.GetElapsedTime(known.ReadAt) >= Freshness)
            throw new TimeoutException("What is held could not be read in time, so nothing is sent.");
        if (known.IsStopped(workspace))
            throw new HeldException(connectionId);
        if (known.Of(connectionId).Any(hold => hold.IsWhole || cargo.Any(one => hold.Covers(one.Source, one.Object))))
            throw new HeldException(connectionId);
    }

    /// <summary>Whether what a lead's source wants written to an object is held, as far as was last read.</summary>
    public bool IsHeld(Guid connectionId, Cargo cargo) =>
        _known?.Of(connectionId).Any(hold => hold.Covers(cargo.Source, cargo.Object)) == true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var isAway = false; !stoppingToken.IsCancellationRequested; )
        {
            try
            {
                await RunOnceAsync(stoppingToken);
                isAway = false;
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                if (!isAway)
                    log.LogWarning("Reading holds: {Fault}; nothing is sent until it works", Faults.Name(fault));
                isAway = true;
            }
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads the holds once.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        // Taken before the look: what is set while it is under way may be missing in it.
        var readAt = clock.GetTimestamp();
        var (read, stopped) = await holds.ReadAllAsync(cancellationToken);
        _known = new Known(readAt, read.ToLookup(hold => hold.ConnectionId), stopped.ToHashSet(StringComparer.Ordinal));
    }

    private sealed record Known(long ReadAt, ILookup<Guid, Hold> Holds, IReadOnlySet<string> Stopped)
    {
        public bool IsStopped(string workspace) =>
            Stopped.Count > 0 && (Stopped.Contains("") || Stopped.Contains(workspace));

        public IEnumerable<Hold> Of(Guid connectionId) => Holds[connectionId];
    }
}
