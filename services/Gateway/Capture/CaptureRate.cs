using System.Threading.RateLimiting;

namespace LeadSync.Gateway.Capture;

/// <summary>How many leads a workspace may send to this replica: a bucket that fills with the rate, up to the burst.</summary>
public sealed class CaptureRate(CaptureOptions options, TimeProvider clock) : IDisposable
{
    // Ten refills a second: a stream that waits is slowed evenly, not in jerks of a second.
    private static readonly TimeSpan Refill = TimeSpan.FromMilliseconds(100);

    private readonly PartitionedRateLimiter<string> _buckets = PartitionedRateLimiter.Create<string, string>(
        workspace =>
            RateLimitPartition.GetTokenBucketLimiter(
                workspace,
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = options.Burst,
                    TokensPerPeriod = options.LeadsPerSecond / 10,
                    ReplenishmentPeriod = Refill,
                    QueueLimit = 0,
                    AutoReplenishment = true,
                }
            ),
        StringComparer.Ordinal
    );

    /// <summary>Takes room for this many leads; otherwise says how long to wait.</summary>
    public bool TryTake(string workspace, int leads, out TimeSpan wait)
    {
        using var lease = _buckets.AttemptAcquire(workspace, leads);
        wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter) ? retryAfter : Refill;
        return lease.IsAcquired;
    }

    /// <summary>
    /// Waits until there is room. Nobody queues: a long stream takes what is there beside the workspace's single posts and
    /// does not stand before them.
    /// </summary>
    public async Task TakeAsync(string workspace, int leads, CancellationToken cancellationToken)
    {
        // A list may be larger than the bucket, which never holds room for all of it at once.
        for (var rest = leads; rest > 0; )
        {
            var portion = Math.Min(rest, options.Burst);
            if (TryTake(workspace, portion, out var wait))
                rest -= portion;
            else
                await Task.Delay(wait < Refill ? Refill : wait, clock, cancellationToken);
        }
    }

    public void Dispose() => _buckets.Dispose();
}
