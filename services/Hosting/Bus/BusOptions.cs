using System.ComponentModel.DataAnnotations;

namespace LeadSync.Hosting.Bus;

/// <summary>Settings of the section <c>Bus</c>, alike for every service that publishes or consumes.</summary>
public sealed class BusOptions
{
    /// <summary>
    /// Queues that each shared intake is spread over, by workspace; by default 8. May be changed at any time, service by
    /// service: whoever publishes declares the queues that it fills, and whoever reads also reads those beyond its own number.
    /// </summary>
    [Range(1, Bus.Shares.Most)]
    public int Shares { get; set; } = 8;

    /// <summary>
    /// How many leads a second of one workspace each publisher puts into the workspace's share, by default 100; what exceeds it
    /// is a burst, and waits with other bursts.
    /// </summary>
    [Range(1, 1_000_000)]
    public int BurstAbove { get; set; } = 100;

    /// <summary>How many it may send at once before it counts as a burst, by default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int BurstAfter { get; set; } = 1_000;
}
