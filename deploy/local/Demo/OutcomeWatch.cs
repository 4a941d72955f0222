namespace LeadSync.Local.Demo;

/// <summary>How a list ended, or where it stands when waiting was given up.</summary>
/// <param name="Missing">Leads that were accepted and have no outcome; 0 when all is well.</param>
/// <param name="Took">From the first capture to the last outcome.</param>
public sealed record OutcomeResult(Counts Counts, int Missing, TimeSpan Took);

/// <summary>Waits until every accepted lead has its outcome, by what Audit counts.</summary>
public sealed class OutcomeWatch(GatewayClient gateway, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    /// <summary>How long nothing may change before waiting is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<OutcomeResult> WaitAsync(
        CaptureResult captured,
        Action<Counts> progress,
        CancellationToken cancellationToken
    )
    {
        var changedAt = clock.GetUtcNow();
        Counts? last = null;
        while (true)
        {
            var counts = await gateway.CountAsync(LeadCapture.Source, captured.Since, cancellationToken);
            var now = clock.GetUtcNow();
            if (last is null || Figures(counts) != Figures(last))
            {
                changedAt = now;
                last = counts;
                progress(counts);
            }
            var missing = Missing(counts, captured.Accepted);
            if (missing == 0 || now - changedAt > Patience)
                return new OutcomeResult(counts, missing, changedAt - captured.Since);
            await Task.Delay(Every, clock, cancellationToken);
        }
    }

    /// <summary>How many accepted leads are without an outcome: still waiting, or not yet known to Audit at all.</summary>
    public static int Missing(Counts counts, int accepted) =>
        Math.Max(counts.Waiting, accepted - counts.Attempted - counts.Unrouted);

    private static (int, int, int, int) Figures(Counts counts) =>
        (counts.Captured, counts.Waiting, counts.Attempted, counts.Unrouted);
}
