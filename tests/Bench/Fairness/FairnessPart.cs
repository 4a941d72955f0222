using LeadSync.Bench.Figures;
using LeadSync.Bench.Houses;
using LeadSync.Bench.Loads;
using LeadSync.Bench.Machines;
using LeadSync.Testing;
using LeadSync.WholeSystem.Load;

namespace LeadSync.Bench.Fairness;

/// <summary>
/// Ten workspaces bring one lead a second each. How long theirs take while nothing else is done; while an eleventh has ten times
/// the bench's leads waiting in its lane, which is worked off meanwhile; and while it brings as many at once over AMQP.
/// </summary>
public sealed class FairnessPart(Session bench)
{
    private const int Others = 10;
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Unloaded = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Loaded = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Fill = TimeSpan.FromMinutes(15);

    private int Crowd => bench.Options.Leads * 10;

    public async Task RunAsync(CancellationToken stop)
    {
        await MeasureAsync($"{Crowd:N0} waiting in one lane", FillLaneAsync, stop);
        await MeasureAsync($"a burst of {Crowd:N0} at the door", BurstAsync, stop);
    }

    private async Task MeasureAsync(
        string name,
        Func<BenchHouse, Tenant, CancellationToken, Task> crowd,
        CancellationToken stop
    )
    {
        if (!bench.IsWanted(name))
            return;
        bench.Say($"{name} …");
        var (unloaded, loaded) = (new List<Waits>(), new List<Waits>());
        var begun = new List<Run>();
        var ended = false;
        await bench.TryAsync(
            name,
            async () =>
            {
                for (var run = 1; run <= bench.Options.Runs; run++)
                {
                    // A house for each run: the crowd's leads are not waited for to their end.
                    await using var house = await BenchHouse.OpenAsync(Others, CrmPace.AtOnce);
                    var greedy = await house.AddTenantAsync("greedy", CrmPace.AtOnce);
                    using var itsClient = greedy;
                    await SteadyAsync(house, "warm", Warm, stop);
                    unloaded.Add(await SteadyAsync(house, "unloaded", Unloaded, stop));
                    await crowd(house, greedy, stop);
                    var before = greedy.Org.Records("Lead").Count;
                    loaded.Add(await SteadyAsync(house, "loaded", Loaded, stop));
                    var written = greedy.Org.Records("Lead").Count - before;
                    begun.Add(new Run(written / loaded[^1].Span.TotalSeconds, loaded[^1].Load));
                    ended |= greedy.Org.Records("Lead").Count >= Crowd;
                    bench.Say($"  unloaded {unloaded[^1].Whole}");
                    bench.Say($"  beside it {loaded[^1].Whole}; meanwhile {written} of the crowd were written");
                }
            }
        );
        if (loaded.Count == 0)
            return;
        Add($"{name}: the others' p50 before", unloaded, waits => waits.Median);
        Add($"{name}: the others' p50 beside it", loaded, waits => waits.Median);
        Add($"{name}: the others' p99 before", unloaded, waits => waits.Ninetyninth);
        Add($"{name}: the others' p99 beside it", loaded, waits => waits.Ninetyninth);
        Add($"{name}: the others' longest beside it", loaded, waits => waits.Longest);
        bench.Add(
            new Figure("fairness", $"{name}: of the crowd, written meanwhile", "leads/s", begun)
            {
                Remark = ended ? "all of it was written before the minute was over: use more leads" : null,
            }
        );
    }

    private void Add(string name, IReadOnlyList<Waits> runs, Func<Spread, TimeSpan> of) =>
        bench.Add(
            new Figure(
                "fairness",
                name,
                "ms",
                [.. runs.Select(run => new Run(of(run.Whole).TotalMilliseconds, run.Load))]
            )
        );

    private static async Task<Waits> SteadyAsync(BenchHouse house, string run, TimeSpan span, CancellationToken stop)
    {
        var arrivals = new Arrivals(house.Crm);
        var watch = new LoadWatch(house.Processes.AllCpu);
        var began = TimeProvider.System.GetTimestamp();
        var sent = await new SteadyPosts(house.Tenants).SendAsync(run, Others, span, stop);
        var expected = new Expected(house, arrivals, [.. sent.Select(lead => lead.Email)]);
        await expected.AllThereAsync(stop);
        var took = TimeProvider.System.GetElapsedTime(began);
        expected.ShouldBeThereOnce();
        return new Waits(Spread.Of(sent.Select(lead => arrivals.At(lead.Email)!.Value - lead.Due)), took, watch.Read());
    }

    private async Task FillLaneAsync(BenchHouse house, Tenant greedy, CancellationToken stop)
    {
        var burst = new Burst(house, greedy);
        // With its first lead it has a lane, which can be paused.
        await burst.PublishAsync("first", 1);
        await Eventually.ShouldBe(() => greedy.Org.Records("Lead").Count == 1, within: Fill);
        await greedy.PauseAsync();
        await burst.PublishAsync("lane", Crowd);
        await Eventually.ShouldBe(async () => await greedy.WaitingAsync() >= Crowd, within: Fill);
        stop.ThrowIfCancellationRequested();
        await greedy.ResumeAsync();
    }

    private Task BurstAsync(BenchHouse house, Tenant greedy, CancellationToken stop) =>
        new Burst(house, greedy).PublishAsync("burst", Crowd);

    private sealed record Waits(Spread Whole, TimeSpan Span, Load Load);
}
