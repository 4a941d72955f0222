using System.ComponentModel.DataAnnotations;
using LeadSync.Contracts;

namespace LeadSync.Gateway.Capture;

/// <summary>Section <c>Capture</c>: how much may come in at once, and how long a publish may take.</summary>
public sealed class CaptureOptions : IValidatableObject
{
    /// <summary>Largest body of JSON, and of NDJSON with an Idempotency-Key, in bytes. NDJSON without one has no limit as a whole.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>Longest line of NDJSON, in bytes.</summary>
    [Range(1024, CaptureReader.MaxItemBytes)]
    public int MaxLineBytes { get; set; } = CaptureReader.MaxItemBytes;

    /// <summary>Most items in one body that is read as a whole.</summary>
    [Range(1, 20_000)]
    public int MaxItems { get; set; } = 5_000;

    /// <summary>Leads per second that one workspace may send to one replica in the long run.</summary>
    [Range(10, 1_000_000)]
    public int LeadsPerSecond { get; set; } = 2_000;

    /// <summary>Leads that one workspace may send at once after a rest; no less than <see cref="MaxItems"/>.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; set; } = 20_000;

    /// <summary>How long a publish may wait for the broker's confirm before the answer is 503.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>After a publish that was not confirmed: how long others are refused without trying.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What Retry-After says while the broker takes nothing.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an NDJSON stream may bring nothing, or leave its answers unread, before it is ended.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StreamIdle { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an Idempotency-Key is remembered.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromDays(7);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Burst < MaxItems)
            yield return new ValidationResult(
                $"must be at least MaxItems ({MaxItems}), or the largest request could never be taken",
                [nameof(Burst)]
            );
    }
}
