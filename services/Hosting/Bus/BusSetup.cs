using LeadSync.Contracts;
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
        services.AddSingleton(place);
        services.AddHttpClient(nameof(Broker), client => client.Timeout = TimeSpan.FromSeconds(5)).RemoveAllLoggers();
        services.AddSingleton<Broker>();
        services.AddHostedService(provider => provider.GetRequiredService<Broker>());
        services.AddSingleton<Backoff>();
        services.AddSingleton<Publisher>();
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

        var consumers = new Consumers(services);
        configure?.Invoke(consumers);
        if (consumers.Endpoints.Count == 0)
            return;
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            foreach (var endpoint in consumers.Endpoints)
                endpoint.Register(bus);
            bus.UsingRabbitMq(
                (context, rabbit) =>
                {
                    rabbit.Host(place.Uri, "leadsync-consume");
                    rabbit.ClearSerialization();
                    rabbit.AddDeserializer(new BodySerializer(), isDefault: true);
                    rabbit.AddSerializer(new BodySerializer());
                    foreach (var endpoint in consumers.Endpoints)
                        endpoint.Listen(context, rabbit);
                }
            );
        });
        // Readiness is ours (BusHealth); MassTransit's own checks would add a second opinion under other names.
        services.Configure<HealthCheckServiceOptions>(options =>
        {
            foreach (var foreign in options.Registrations.Where(check => check.Tags.Contains("masstransit")).ToList())
                options.Registrations.Remove(foreign);
        });
    }

    /// <summary>The queues that a service consumes.</summary>
    public sealed class Consumers
    {
        private const ushort Prefetch = 32;
        private readonly IServiceCollection _services;

        internal Consumers(IServiceCollection services) => _services = services;

        internal List<Endpoint> Endpoints { get; } = [];

        /// <summary>Consumes events of our own services.</summary>
        /// <param name="prefetch">How many messages are fetched ahead; few where others are to come first.</param>
        public Consumers Add<TList, TItem, TConsumer>(string queue, ushort prefetch = Prefetch)
            where TList : class, IEventList<TItem>
            where TItem : IEventItem
            where TConsumer : class, IItemConsumer<TItem> =>
            Add<TItem, TConsumer>(queue, Openers.Typed<TList, TItem>(), prefetch);

        /// <summary>Consumes what products publish, item by item unread.</summary>
        public Consumers AddEdge<TConsumer>(string queue)
            where TConsumer : class, IItemConsumer<System.Text.Json.JsonElement> =>
            Add<System.Text.Json.JsonElement, TConsumer>(queue, Openers.Edge, Prefetch);

        private Consumers Add<TItem, TConsumer>(string queue, Opener<TItem> opener, ushort prefetch)
            where TConsumer : class, IItemConsumer<TItem>
        {
            if (Topology.Routes.All(route => route.Queue != queue))
                throw new ArgumentException($"The queue '{queue}' is not in the topology.", nameof(queue));
            _services.AddSingleton<TConsumer>();
            _services.AddSingleton(new Consumption<TItem, TConsumer>(queue, opener));
            Endpoints.Add(
                new Endpoint(
                    bus => bus.AddConsumer<ListConsumer<TItem, TConsumer>>(),
                    (context, rabbit) =>
                        rabbit.ReceiveEndpoint(
                            queue,
                            endpoint => Configure<TItem, TConsumer>(context, endpoint, queue, prefetch)
                        )
                )
            );
            return this;
        }

        private static void Configure<TItem, TConsumer>(
            IBusRegistrationContext context,
            IRabbitMqReceiveEndpointConfigurator endpoint,
            string queue,
            ushort prefetch
        )
            where TConsumer : class, IItemConsumer<TItem>
        {
            endpoint.ConfigureConsumeTopology = false;
            // Else MassTransit tells of every fault by an exchange of its own, and what waited out an outage is lost over it.
            endpoint.PublishFaults = false;
            endpoint.PrefetchCount = prefetch;
            foreach (var (name, value) in Topology.QueueArguments(queue))
                endpoint.SetQueueArgument(name, value);
            endpoint.ConfigureConsumer<ListConsumer<TItem, TConsumer>>(
                context,
                consumer =>
                    consumer.Options<BatchOptions>(batch =>
                        batch
                            .SetMessageLimit(prefetch / 2)
                            .SetTimeLimit(TimeSpan.FromMilliseconds(10))
                            .SetConcurrencyLimit(2)
                    )
            );
            // A consumer only ever throws to give its messages back; nothing goes to an error queue because something was down.
            var broker = context.GetRequiredService<Broker>();
            endpoint.ConfigureError(pipe => pipe.UseFilter(new ReturnToQueue(broker, queue)));
            // Every message is of the one type that is consumed, so nothing is ever skipped; were it, it must not be lost
            // in a queue that nobody knows.
            endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(new KeepSkipped(broker, queue)));
        }
    }

    internal sealed record Endpoint(
        Action<IBusRegistrationConfigurator> Register,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator> Listen
    );
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
