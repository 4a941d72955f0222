using System.Globalization;
using LeadSync.Bench.Machines;
using Npgsql;

namespace LeadSync.Bench.Houses;

/// <summary>All processes that a house consists of, servers included, as far as they are on this machine.</summary>
public sealed class Processes
{
    /// <summary>This process: it sends the leads, and the simulated CRM lives in it.</summary>
    public const string Bench = "load and CRM simulator";
    public const string PostgreSql = "PostgreSQL";
    public const string RabbitMq = "RabbitMQ";

    private readonly BenchHouse _house;
    private readonly int? _postmaster;
    private readonly int? _broker;

    private Processes(BenchHouse house, int? postmaster, int? broker) =>
        (_house, _postmaster, _broker) = (house, postmaster, broker);

    public static async Task<Processes> FindAsync(BenchHouse house)
    {
        using var broker = new BrokerFigures(house.Broker);
        return new Processes(
            house,
            await PostmasterAsync(house),
            OnThisMachine(await broker.ProcessAsync(), "beam.smp")
        );
    }

    /// <summary>Whether every process is on this machine.</summary>
    public bool AreAllHere => _postmaster is not null && _broker is not null;

    /// <summary>CPU time that each has used since it started, in ticks; replicas of a service together.</summary>
    public IReadOnlyDictionary<string, long> Cpu()
    {
        var ticks = Ids()
            .ToDictionary(
                pair => pair.Name,
                pair => pair.Ids.Sum(id => ProcessTimes.Of(id)?.Own ?? 0),
                StringComparer.Ordinal
            );
        // Backends come and go: those that ended are counted at their parent.
        if (_postmaster is { } postmaster)
            ticks[PostgreSql] += ProcessTimes.Of(postmaster)?.EndedChildren ?? 0;
        return ticks;
    }

    /// <summary>All of it together; null where some of it is on another machine.</summary>
    public long? AllCpu() => AreAllHere ? Cpu().Values.Sum() : null;

    /// <summary>Memory of each; of several processes together, the proportional one where it is known.</summary>
    public IReadOnlyDictionary<string, ProcessMemory> Memory() =>
        Ids()
            .ToDictionary(
                pair => pair.Name,
                pair =>
                    pair.Ids.Select(ProcessMemory.Of)
                        .OfType<ProcessMemory>()
                        .Aggregate(
                            new ProcessMemory(0, 0, 0),
                            (sum, one) =>
                                new ProcessMemory(
                                    sum.Resident + one.Resident,
                                    sum.Proportional + one.Proportional,
                                    sum.Peak + one.Peak
                                )
                        ),
                StringComparer.Ordinal
            );

    private IEnumerable<(string Name, IReadOnlyList<int> Ids)> Ids()
    {
        foreach (var service in _house.AllServices.GroupBy(service => service.Name, StringComparer.Ordinal))
            yield return (service.Key, [.. service.Select(one => one.ProcessId)]);
        yield return (Bench, [Environment.ProcessId]);
        if (_postmaster is { } postmaster)
            yield return (PostgreSql, [postmaster, .. ChildrenOf(postmaster)]);
        if (_broker is { } broker)
            yield return (RabbitMq, [broker]);
    }

    private static IEnumerable<int> ChildrenOf(int parent) =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(path =>
                int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? id
                    : 0
            )
            .Where(id => id > 0 && ProcessTimes.Of(id)?.Parent == parent);

    private static async Task<int?> PostmasterAsync(BenchHouse house)
    {
        await using var connection = new NpgsqlConnection(house.DatabaseOf("Push"));
        await connection.OpenAsync();
        return OnThisMachine(connection.ProcessID, "postgres") is { } backend ? ProcessTimes.Of(backend)?.Parent : null;
    }

    // A number from another machine may be anybody's here.
    private static int? OnThisMachine(int? process, string name)
    {
        var file = $"/proc/{process}/comm";
        return process is not null && File.Exists(file) && File.ReadAllText(file).Trim() == name ? process : null;
    }
}
