using LeadSync.Bench.Figures;
using LeadSync.Bench.Houses;
using LeadSync.Bench.Loads;

namespace LeadSync.Bench.Throughput;

/// <summary>
/// Leads a second from the first send to the last effect in the CRM: as lists over AMQP and HTTP and as single posts, at one and
/// at eight connections (of as many workspaces, each with an org of its own: a lane is a connection), with a CRM that answers at
/// once and one that takes its time. A house of its own for each case, warmed first.
/// </summary>
public sealed class ThroughputPart(Session bench)
{
    private static readonly WayIn[] Ways =
    [
        new AmqpLists(),
        new HttpPosts(inLists: true),
        new HttpPosts(inLists: false),
    ];

    public async Task RunAsync(CancellationToken stop)
    {
        await bench.MeasureTwoHopsAsync(stop);
        foreach (var pace in (CrmPace[])[CrmPace.AtOnce, CrmPace.Realistic])
        {
            foreach (var connections in (int[])[8, 1])
            {
                foreach (var wayIn in Ways)
                    await MeasureAsync(wayIn, connections, pace, stop);
            }
        }
    }

    private async Task MeasureAsync(WayIn wayIn, int connections, CrmPace pace, CancellationToken stop)
    {
        var name = $"{wayIn.Name}, {connections} {(connections == 1 ? "connection" : "connections")}, {pace.Text}";
        if (!bench.IsWanted(name))
            return;
        bench.Say($"{name} …");
        var runs = new List<Delivery>();
        await bench.TryAsync(
            name,
            async () =>
            {
                await using var house = await BenchHouse.OpenAsync(connections, pace);
                var deliveries = new Deliveries(house);
                await deliveries.RunAsync(wayIn, "warm", bench.Options.WarmLeads, stop);
                for (var run = 1; run <= bench.Options.Runs; run++)
                {
                    var delivery = await deliveries.RunAsync(wayIn, $"run{run}", bench.Options.Leads, stop);
                    runs.Add(delivery);
                    bench.Say(
                        $"  {Texts.Of(delivery.Rate)} leads/s; taken in {delivery.Taken.TotalSeconds:0.0} s, in the CRM after {delivery.Took.TotalSeconds:0.0} s, told after {delivery.Told.TotalSeconds:0.0} s"
                    );
                }
            }
        );
        if (runs.Count == 0)
            return;
        var waits = runs.Sum(run => run.Waits);
        bench.Add(
            new Figure("throughput", name, "leads/s", [.. runs.Select(run => new Run(run.Rate, run.Load))])
            {
                OfCeiling = bench.OfTwoHops(Medians.Of(runs.Select(run => run.Rate))),
                Remark = waits > 0 ? $"the door said {waits} times to wait" : null,
            }
        );
        bench.Add(
            new Figure(
                "throughput",
                $"{name}, until the history has all of it",
                "leads/s",
                [.. runs.Select(run => new Run(run.RateTold, run.Load))]
            )
        );
    }
}
