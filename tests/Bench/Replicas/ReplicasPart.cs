using LeadSync.Bench.Figures;
using LeadSync.Bench.Houses;
using LeadSync.Bench.Loads;
using LeadSync.Bench.Throughput;

namespace LeadSync.Bench.Replicas;

/// <summary>
/// Throughput of lists over AMQP at eight connections with one, two and three replicas of Push, and of Mapping. On a machine whose
/// cores one of each keeps busy, more of them cannot be quicker; they show what more processes cost.
/// </summary>
public sealed class ReplicasPart(Session bench)
{
    private const int Most = 3;
    private const int Connections = 8;

    public async Task RunAsync(CancellationToken stop)
    {
        await bench.MeasureTwoHopsAsync(stop);
        foreach (var service in (string[])["Push", "Mapping"])
        {
            if (bench.IsWanted(service))
                await bench.TryAsync(service, () => MeasureAsync(service, stop));
        }
    }

    private async Task MeasureAsync(string service, CancellationToken stop)
    {
        await using var house = await BenchHouse.OpenAsync(Connections, CrmPace.AtOnce);
        var deliveries = new Deliveries(house);
        for (var replicas = 1; replicas <= Most; replicas++)
        {
            if (replicas > 1)
                await house.AddReplicaAsync(service);
            bench.Say($"{service}, {replicas} …");
            // Every new replica has to be warmed.
            await deliveries.RunAsync(new AmqpLists(), $"warm{replicas}", bench.Options.WarmLeads, stop);
            var runs = new List<Run>();
            for (var run = 1; run <= bench.Options.Runs; run++)
            {
                var delivery = await deliveries.RunAsync(
                    new AmqpLists(),
                    $"with{replicas}run{run}",
                    bench.Options.Leads,
                    stop
                );
                bench.Say($"  {Texts.Of(delivery.Rate)} leads/s");
                runs.Add(new Run(delivery.Rate, delivery.Load));
            }
            bench.Add(
                new Figure(
                    "replicas",
                    $"{replicas} of {service}, one of each other; {new AmqpLists().Name}, {Connections} connections",
                    "leads/s",
                    runs
                )
                {
                    OfCeiling = bench.OfTwoHops(Medians.Of(runs.Select(run => run.Value))),
                }
            );
        }
    }
}
