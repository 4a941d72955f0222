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
}
