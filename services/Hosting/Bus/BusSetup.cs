using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeadSync.Hosting.Bus;

/// <summary>The service's two buses: one to consume, one to publish.</summary>
public static class BusSetup
{
    /// <summary>Registers <see cref="Publisher"/>, and a consumer for each queue that <paramref name="configure"/> names.</summary>
    public static void AddBus(this WebApplicationBuilder builder, Action<Consumers>? configure = null)
    {
        var place = BrokerPlace.Read(builder.Configuration);
        var services = builder.Services;
        var options = builder.AddSettings<BusOptions>("Bus");
        services.AddSingleton(place);
        services.AddHttpClient(nameof(Broker), client => client.Timeout = TimeSpan.FromSeconds(5)).RemoveAllLoggers();
        services.AddSingleton<Broker>();
        services.AddHostedService(provider => provider.GetRequiredService<Broker>());
        services.AddSingleton<Backoff>();
        services.AddSingleton<Publisher>().AddSingleton<ProductOutcomes>().AddSingleton<Bursts>();
        services.AddHealthChecks().AddCheck<BusHealth>("bus", tags: [ServiceDefaults.Ready]);

        services.AddMassTransit<IPublishingBus>(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingRabbitMq(
                (_, rabbit) =>
                {
                    rabbit.Host(place.Uri, "leadsync-publish");
                    rabbit.ClearSerialization();
                    rabbit.AddSerializer(new BodySerializer());
                    // It never receives; MassTransit asks for one all the same.
                    rabbit.AddDeserializer(new BodySerializer(), isDefault: true);
                }
            );
        });

        var consumers = new Consumers(services, options);
        configure?.Invoke(consumers);
        if (consumers.Endpoints.Count == 0)
            return;
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            foreach (var register in consumers.Registrations)
                register(bus);
            bus.UsingRabbitMq(
                (context, rabbit) =>
                {
                    rabbit.Host(place.Uri, "leadsync-consume");
                    rabbit.ClearSerialization();
                    rabbit.AddDeserializer(new BodySerializer(), isDefault: true);
                    rabbit.AddSerializer(new BodySerializer());
                    foreach (var endpoint in consumers.Endpoints)
                        endpoint(context, rabbit);
                }
            );
        });
        if (consumers.HasShares)
            services.AddHostedService<FurtherShares>();
        // Readiness is ours (BusHealth); MassTransit's own checks would add a second opinion under other names.
        services.Configure<HealthCheckServiceOptions>(options =>
        {
            foreach (var foreign in options.Registrations.Where(check => check.Tags.Contains("masstransit")).ToList())
                options.Registrations.Remove(foreign);
        });
    }
}

/// <summary>
/// After a fault: gives the message back to its queue when something was down or the service is stopping; puts it to the
/// dead letters when it could not be handled at all.
/// </summary>
internal sealed class ReturnToQueue(Broker broker, string queue) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (
            Faults.IsInfrastructure(context.Exception.GetBaseException())
            || Faults.IsInfrastructure(context.Exception)
            // The service is being taken down around it.
            || context.Exception is ObjectDisposedException
        )
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(context.Exception);
            return;
        }
        await broker.DeadLetterAsync(
            queue,
            context.GetBody(),
            context.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery) ? delivery.Properties : null,
            $"The message could not be handled ({Faults.Name(context.Exception)}).",
            CancellationToken.None
        );
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("returnToQueue");
}

/// <summary>Puts a message that no consumer took to the dead letters.</summary>
internal sealed class KeepSkipped(Broker broker, string queue) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        broker.DeadLetterAsync(
            queue,
            context.GetBody(),
            context.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery) ? delivery.Properties : null,
            "No consumer took the message.",
            CancellationToken.None
        );

    public void Probe(ProbeContext context) => context.CreateFilterScope("keepSkipped");
}

/// <summary>Ready means that the broker answers, the whole topology stands, and both buses are connected.</summary>
internal sealed class BusHealth(Broker broker, IPublishingBus publishing, IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        if (broker.Trouble is { } trouble)
            return Task.FromResult(HealthCheckResult.Unhealthy(trouble));
        var buses = new[] { (IBus)publishing, services.GetService<IBus>() }.OfType<IBusControl>();
        return Task.FromResult(
            buses.All(bus => bus.CheckHealth().Status == BusHealthStatus.Healthy)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("A bus is not connected to the broker.")
        );
    }
}
