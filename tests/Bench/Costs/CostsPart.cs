using LeadSync.Bench.Figures;
using LeadSync.Bench.Houses;
using LeadSync.Bench.Loads;
using LeadSync.Bench.Machines;
using LeadSync.Bench.Throughput;

namespace LeadSync.Bench.Costs;

/// <summary>What one lead costs, sent in lists and singly, from its capture until its outcome is in the history; and memory.</summary>
public sealed class CostsPart(Session bench)
{
    private const int Connections = 8;
    private const double Mebibyte = 1_048_576;

    public async Task RunAsync(CancellationToken stop)
    {
        await using var statements = await Statements.CountAsync();
        if (statements is null)
            bench.Skip("SQL statements: the server has not loaded pg_stat_statements");
        foreach (var wayIn in (WayIn[])[new AmqpLists(), new HttpPosts(inLists: false)])
        {
            if (bench.IsWanted(wayIn.Name))
                await bench.TryAsync(wayIn.Name, () => MeasureAsync(wayIn, statements, stop));
        }
    }

    private async Task MeasureAsync(WayIn wayIn, Statements? statements, CancellationToken stop)
    {
        bench.Say($"{wayIn.Name} …");
        await using var house = await BenchHouse.OpenAsync(Connections, CrmPace.AtOnce);
        if (!house.Processes.AreAllHere)
            bench.Skip("CPU time and memory of servers that are not on this machine");
        var idle = house.Processes.Memory();
        var deliveries = new Deliveries(house);
        await deliveries.RunAsync(wayIn, "warm", bench.Options.WarmLeads, stop);
        var before = await Spent.ReadAsync(house, statements, stop);
        var costs = new List<(string Name, double Amount, string Unit, Load Load)>();
        for (var run = 1; run <= bench.Options.Runs; run++)
        {
            var delivery = await deliveries.RunAsync(wayIn, $"run{run}", bench.Options.Leads, stop);
            var after = await Spent.ReadAsync(house, statements, stop);
            costs.AddRange(
                Spent
                    .PerLead(before, after, bench.Options.Leads)
                    .Select(cost => (cost.Name, cost.Amount, cost.Unit, delivery.Load))
            );
            before = after;
            bench.Say($"  run {run}: {Texts.Of(delivery.Rate)} leads/s");
        }
        foreach (var cost in costs.GroupBy(cost => (cost.Name, cost.Unit)))
        {
            bench.Add(
                new Figure(
                    "costs",
                    $"{wayIn.Name}: {cost.Key.Name}",
                    cost.Key.Unit,
                    [.. cost.Select(run => new Run(run.Amount, run.Load))]
                )
            );
        }
        AddMemory(wayIn, "idle, just started", idle, memory => memory.Resident);
        AddMemory(wayIn, "after the runs", house.Processes.Memory(), memory => memory.Resident);
        AddMemory(wayIn, "at most", house.Processes.Memory(), memory => memory.Peak);
    }

    private void AddMemory(
        WayIn wayIn,
        string when,
        IReadOnlyDictionary<string, ProcessMemory> memory,
        Func<ProcessMemory, long> which
    )
    {
        foreach (var (process, bytes) in memory)
        {
            // Its processes share most of their memory, and their peaks were not at the same time.
            var shared = process == Processes.PostgreSql;
            if (shared && (when == "at most" || bytes.Proportional is null))
                continue;
            bench.Add(
                new Figure(
                    "costs",
                    $"{wayIn.Name}: memory of {process}, {when}",
                    "MiB",
                    [new Run((shared ? bytes.Proportional!.Value : which(bytes)) / Mebibyte, null)]
                )
            );
        }
    }
}
