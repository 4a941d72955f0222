using LeadSync.Hosting.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Testing;

/// <summary>The buses of a service that runs in this process.</summary>
public static class Buses
{
    /// <summary>
    /// Waits until they are connected, which happens some time after the host has started. MassTransit does not stop a bus that
    /// has not: it would go on in this process and take messages that are meant for the next one.
    /// </summary>
    public static Task ShouldBeUp(IServiceProvider services)
    {
        var buses = new[] { services.GetService<IPublishingBus>(), services.GetService<IBus>() }
            .OfType<IBusControl>()
            .ToList();
        return Eventually.ShouldBe(
            () => buses.TrueForAll(bus => bus.CheckHealth().Status == BusHealthStatus.Healthy),
            "the buses are connected to the broker"
        );
    }
}
