using LeadSync.Bench.Houses;
using LeadSync.Bench.Machines;

namespace LeadSync.Bench.Costs;

/// <summary>What a house has used up to a moment; the difference of two, divided by the leads between them, is what one costs.</summary>
public sealed record Spent(
    IReadOnlyDictionary<string, long> Ticks,
    BrokerCounts Broker,
    StatementCounts? Statements,
    int ApiCalls,
    int RecordsInCalls
)
{
    // The broker's own figures are up to five seconds old.
    private static readonly TimeSpan UntilTheBrokerHasCounted = TimeSpan.FromSeconds(7);

    public static async Task<Spent> ReadAsync(BenchHouse house, Statements? statements, CancellationToken stop)
    {
        using var waited = new PeriodicTimer(UntilTheBrokerHasCounted);
        await waited.WaitForNextTickAsync(stop);
        using var broker = new BrokerFigures(house.Broker);
        var journal = house.Crm.Journal.After(0);
        return new Spent(
            house.Processes.Cpu(),
            await broker.CountAsync(),
            statements is null ? null : await statements.ReadAsync(house.DatabasePrefix),
            journal.Count(entry => entry.Counted),
            journal.Sum(entry => entry.Records)
        );
    }

    /// <summary>What each lead cost between two moments: names for readers, amounts and their units.</summary>
    public static IEnumerable<(string Name, double Amount, string Unit)> PerLead(Spent before, Spent after, int leads)
    {
        yield return ("CRM API calls", Each(after.ApiCalls - before.ApiCalls), "a lead");
        yield return ("broker messages published", Each(after.Broker.Published - before.Broker.Published), "a lead");
        yield return ("broker messages delivered", Each(after.Broker.Delivered - before.Broker.Delivered), "a lead");
        yield return ("bytes to the broker", Each(after.Broker.BytesIn - before.Broker.BytesIn), "bytes a lead");
        yield return ("bytes from the broker", Each(after.Broker.BytesOut - before.Broker.BytesOut), "bytes a lead");
        if (after.Statements is { } now && before.Statements is { } then)
        {
            yield return ("SQL statements", Each(now.Calls - then.Calls), "a lead");
            yield return ("rows read and written", Each(now.Rows - then.Rows), "a lead");
            yield return ("bytes of PostgreSQL's write-ahead log", Each(now.LogBytes - then.LogBytes), "bytes a lead");
        }
        foreach (var (process, ticks) in after.Ticks)
            yield return (
                $"CPU time of {process}",
                Each(ticks - before.Ticks.GetValueOrDefault(process)) * 1_000_000 / CpuTimes.PerSecond,
                "µs a lead"
            );

        double Each(long amount) => (double)amount / leads;
    }
}
