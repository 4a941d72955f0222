using System.Threading.RateLimiting;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// Tells a workspace's ordinary pace from a burst. What exceeds the pace is kept apart from the shares, so that a workspace that
/// sends very much at once does not stand before those who share its queue. Each publisher counts for itself: several replicas
/// let through as many times the pace, which bounds how much can stand before others all the same.
/// </summary>
public sealed class Bursts(BusOptions options) : IDisposable
{
    private readonly PartitionedRateLimiter<(Shares Intake, string Workspace)> _paces = PartitionedRateLimiter.Create<
        (Shares Intake, string Workspace),
        (string, string)
    >(of =>
        RateLimitPartition.GetTokenBucketLimiter(
            (of.Intake.Queue, of.Workspace),
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = options.BurstAfter,
                TokensPerPeriod = options.BurstAbove,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
                AutoReplenishment = true,
            }
        )
    );

    /// <summary>Counts what is sent now, and says whether it is above the workspace's pace.</summary>
    public bool Exceeds(Shares intake, string workspace, int items)
    {
        // More than the bucket ever holds cannot be asked of it.
        if (items > options.BurstAfter)
            return true;
        using var lease = _paces.AttemptAcquire((intake, workspace), items);
        return !lease.IsAcquired;
    }

    public void Dispose() => _paces.Dispose();
}
