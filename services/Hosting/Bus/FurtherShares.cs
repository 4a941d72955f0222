using MassTransit;
using Microsoft.Extensions.Hosting;

namespace LeadSync.Hosting.Bus;

/// <summary>A shared intake of this service, and how one of its queues is read.</summary>
internal sealed record ReadShares(
    Shares Shares,
    Action<IBusRegistrationContext, IReceiveEndpointConfigurator> Configure
);

/// <summary>
/// Reads the queues of shares beyond this service's own number, as soon as they are there: another service may be told of more
/// shares first, and when there are to be fewer, what still waits in the others is read. Needs the management API.
/// </summary>
internal sealed class FurtherShares(
    Broker broker,
    BusOptions options,
    IEnumerable<ReadShares> intakes,
    IReceiveEndpointConnector connector,
    TimeProvider clock
) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            RunOnce();
            await Task.Delay(LookEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void RunOnce()
    {
        foreach (var intake in intakes)
        {
            foreach (var queue in broker.BoundQueues)
            {
                if (intake.Shares.NumberOf(queue) > options.Shares && _read.Add(queue))
                    connector.ConnectReceiveEndpoint(queue, intake.Configure);
            }
        }
    }
}
