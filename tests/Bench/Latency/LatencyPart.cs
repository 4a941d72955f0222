using LeadSync.Bench.Figures;
using LeadSync.Bench.Houses;
using LeadSync.Bench.Loads;
using LeadSync.Bench.Machines;
using LeadSync.WholeSystem.Load;

namespace LeadSync.Bench.Latency;

/// <summary>
/// From the moment a lead is due to be sent to its effect in the CRM, at a steady rate of single posts over eight tenants, and
/// how long each hop of it takes.
/// </summary>
public sealed class LatencyPart(Session bench)
{
    private const int Tenants = 8;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(15);

    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var rate in (int[])[20, 100])
        {
            var name = $"{rate} leads/s";
            if (bench.IsWanted(name))
                await bench.TryAsync(name, () => MeasureAsync(rate, name, stop));
        }
    }

    private async Task MeasureAsync(int rate, string name, CancellationToken stop)
    {
        bench.Say($"{name} …");
        await using var house = await BenchHouse.OpenAsync(Tenants, CrmPace.AtOnce);
        var (quiet, posts) = (new Quiet(house), new SteadyPosts(house.Tenants));
        var written = (long)(await posts.SendAsync("warm", 100, Warm, stop)).Count;
        await quiet.WaitAsync(written, stop);

        var took = new List<(Spread Whole, Load Load)>();
        var hops = new List<IReadOnlyList<Hops>>();
        for (var run = 1; run <= bench.Options.Runs; run++)
        {
            var arrivals = new Arrivals(house.Crm);
            var watch = new LoadWatch(house.Processes.AllCpu);
            var sent = await posts.SendAsync($"run{run}", rate, Span, stop);
            var meanwhile = watch.Read();
            var expected = new Expected(house, arrivals, [.. sent.Select(lead => lead.Email)]);
            await expected.AllThereAsync(stop);
            written += sent.Count;
            await quiet.WaitAsync(written, stop);
            expected.ShouldBeThereOnce();
            var whole = Spread.Of(sent.Select(lead => arrivals.At(lead.Email)!.Value - lead.Due));
            took.Add((whole, meanwhile));
            hops.Add(await Hops.ReadAsync(house, $"run{run}", sent, arrivals));
            bench.Say($"  {whole}");
        }
        AddWhole(name, took);
        AddHops(name, hops);
    }

    private void AddWhole(string name, List<(Spread Whole, Load Load)> took)
    {
        Add("p50", whole => whole.Median);
        Add("p99", whole => whole.Ninetyninth);
        Add("longest", whole => whole.Longest);

        void Add(string which, Func<Spread, TimeSpan> of) =>
            bench.Add(
                new Figure(
                    "latency",
                    $"{name}: sent → in the CRM, {which}",
                    "ms",
                    [.. took.Select(run => new Run(of(run.Whole).TotalMilliseconds, run.Load))]
                )
            );
    }

    private void AddHops(string name, List<IReadOnlyList<Hops>> runs)
    {
        Add("p50", spread => spread.Median);
        Add("p99", spread => spread.Ninetyninth);

        void Add(string which, Func<Spread, TimeSpan> of)
        {
            // Beside the way: whoever posts hears of it at this point.
            bench.Add(Hop($"sent → answered by Gateway", hops => hops.Accepted - hops.Due));
            foreach (var hop in runs[0][0].All.Select((hop, index) => (hop.Name, index)))
                bench.Add(Hop(hop.Name, hops => hops.All.ElementAt(hop.index).Took));

            Figure Hop(string hop, Func<Hops, TimeSpan> took) =>
                new(
                    "latency",
                    $"{name}, {which}: {hop}",
                    "ms",
                    [.. runs.Select(run => new Run(of(Spread.Of(run.Select(took))).TotalMilliseconds, null))]
                );
        }
    }
}
