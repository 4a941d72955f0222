using System.Text.Json;
using LeadSync.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// The queues that a service consumes. Of an intake that is shared, the queues of all shares: each has a fetch-ahead of its
/// own, so that a full one holds nothing of the others.
/// </summary>
public sealed class Consumers
{
    private const ushort Prefetch = 32;

    private readonly IServiceCollection _services;
    private readonly BusOptions _options;

    internal Consumers(IServiceCollection services, BusOptions options) => (_services, _options) = (services, options);

    internal List<Action<IBusRegistrationConfigurator>> Registrations { get; } = [];

    internal List<Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>> Endpoints { get; } = [];

    /// <summary>Whether one of them is shared.</summary>
    internal bool HasShares { get; private set; }

    /// <summary>Consumes events of our own services.</summary>
    /// <param name="prefetch">How many messages are fetched ahead; few where others are to come first.</param>
    public Consumers Add<TList, TItem, TConsumer>(string queue, ushort prefetch = Prefetch)
        where TList : class, IEventList<TItem>
        where TItem : IEventItem
        where TConsumer : class, IItemConsumer<TItem>
    {
        Register<TItem, TConsumer>(queue, Openers.Typed<TList, TItem>());
        Read<TItem, TConsumer>(queue, prefetch);
        if (SharesOf(queue) is { } shares)
            ReadAll<TItem, TConsumer>(shares);
        return this;
    }

    /// <summary>Consumes what products publish, item by item unread.</summary>
    public Consumers AddEdge<TConsumer>(string queue)
        where TConsumer : class, IItemConsumer<JsonElement>
    {
        Register<JsonElement, TConsumer>(queue, Openers.Edge);
        if (SharesOf(queue) is not { } shares)
        {
            Read<JsonElement, TConsumer>(queue, Prefetch);
            return this;
        }
        Register<JsonElement, CaptureSorter>(queue, Openers.Edge);
        Read<JsonElement, CaptureSorter>(queue, Prefetch);
        ReadAll<JsonElement, TConsumer>(shares);
        return this;
    }

    private static Shares? SharesOf(string queue) => Topology.Shared.FirstOrDefault(shares => shares.Queue == queue);

    private void Register<TItem, TConsumer>(string queue, Opener<TItem> opener)
        where TConsumer : class, IItemConsumer<TItem>
    {
        if (Topology.Routes.All(route => route.Queue != queue))
            throw new ArgumentException($"The queue '{queue}' is not in the topology.", nameof(queue));
        _services.AddSingleton<TConsumer>();
        _services.AddSingleton(provider => new Consumption<TItem, TConsumer>(
            queue,
            opener,
            provider.GetRequiredService<TConsumer>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        Registrations.Add(bus => bus.AddConsumer<ListConsumer<TItem, TConsumer>>());
    }

    private void Read<TItem, TConsumer>(string queue, ushort prefetch)
        where TConsumer : class, IItemConsumer<TItem> =>
        Endpoints.Add(
            (context, rabbit) =>
                rabbit.ReceiveEndpoint(
                    queue,
                    endpoint => Configure<TItem, TConsumer>(context, endpoint, queue, prefetch)
                )
        );

    private void ReadAll<TItem, TConsumer>(Shares shares)
        where TConsumer : class, IItemConsumer<TItem>
    {
        HasShares = true;
        foreach (var (_, queue) in shares.Queues(_options.Shares))
            Endpoints.Add((context, rabbit) => rabbit.ReceiveEndpoint(queue, endpoint => Read(context, endpoint)));
        _services.AddSingleton(
            new ReadShares(shares, (context, endpoint) => Read(context, (IRabbitMqReceiveEndpointConfigurator)endpoint))
        );

        void Read(IBusRegistrationContext context, IRabbitMqReceiveEndpointConfigurator endpoint) =>
            Configure<TItem, TConsumer>(context, endpoint, shares.Queue, Prefetch);
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
        endpoint.ConfigureConsumer<ListConsumer<TItem, TConsumer>>(context);
        // A consumer only ever throws to give its messages back; nothing goes to an error queue because something was down.
        var broker = context.GetRequiredService<Broker>();
        endpoint.ConfigureError(pipe => pipe.UseFilter(new ReturnToQueue(broker, queue)));
        // Every message is of the one type that is consumed, so nothing is ever skipped; were it, it must not be lost
        // in a queue that nobody knows.
        endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(new KeepSkipped(broker, queue)));
    }
}
