using System.Diagnostics;
using LeadSync.Crash.Checking;
using LeadSync.Crash.Reports;
using LeadSync.WholeSystem;
using Shouldly;

namespace LeadSync.Crash.Trials;

/// <summary>
/// Leads stream in while something is killed, stopped or cut every one to three seconds, whatever process it is; at the end all is
/// checked at once.
/// </summary>
public sealed class Soak(CrashHouse house, int seed, Action<string> tell)
{
    /// <summary>How many replicas of Push a house for it has.</summary>
    public const int PushReplicas = 3;

    // The servers die less often: while they are away nothing else can be seen to go wrong.
    private const int ServerEvery = 60;
    private static readonly TimeSpan Frozen = CrashHouse.Lease + TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);
    private readonly Random _random = new(seed);
    private readonly HashSet<RunningService> _down = [];
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _strikes = new(StringComparer.Ordinal);
    private readonly List<Finding> _notReady = [];

    public async Task<SoakReport> RunAsync(TimeSpan span, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        var producer = new Producer(house, $"s{seed:x}", seed);
        var state = new HouseState(house, producer.Prefix);
        var since = house.Crm.Journal.LastSequence;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(span);
        var streaming = StreamAsync(producer, over.Token, stop);
        await StrikeAsync(over.Token);
        await streaming;
        stop.ThrowIfCancellationRequested();

        var ended = Stopwatch.GetTimestamp();
        string? unrest;
        do
        {
            await Wall.WaitAsync(Between, stop);
            unrest = await state.UnrestAsync(producer.Ledger, stop);
        } while (unrest is not null && Stopwatch.GetElapsedTime(ended) < Settled);
        var recovery = Stopwatch.GetElapsedTime(ended);
        IReadOnlyList<Finding> findings =
        [
            .. _notReady,
            .. Checker.Check(await new Collect(house, producer, state).ReadAsync(since, [], stop)),
        ];
        if (unrest is not null && findings.Count == 0)
            findings = [new Finding(Counter.Stuck, producer.Prefix, unrest)];
        return new SoakReport(
            seed,
            Stopwatch.GetElapsedTime(began),
            producer.Ledger.Count,
            _strikes,
            recovery,
            findings
        );
    }

    // New people, newer values, other sources, late captures, and a sales person's edits in between.
    private async Task StreamAsync(Producer producer, CancellationToken over, CancellationToken stop)
    {
        var random = new Random(seed + 1);
        var sending = new List<Task>();
        using var timer = new PeriodicTimer(Between);
        var people = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                var some = Enumerable
                    .Range(0, random.Next(2, 8))
                    .Select(_ =>
                        (Person: random.Next(3) == 0 ? people++ : random.Next(people + 1), Other: random.Next(4) == 0)
                    )
                    .Select(one =>
                        producer.Of(
                            one.Other ? CrashHouse.OtherWorkspace : CrashHouse.Workspace,
                            !one.Other && random.Next(3) == 0 ? "chat" : "web",
                            one.Person,
                            isOld: random.Next(10) == 0
                        )
                    )
                    .ToList();
                sending.Add(producer.SendAsync(some, stop));
                sending.RemoveAll(one => one.IsCompletedSuccessfully);
                if (random.Next(8) == 0)
                    await EditAsync(producer, random.Next(people + 1), random.Next());
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // What was begun is sent to its end.
        }
        await Task.WhenAll(sending);
    }

    private async Task EditAsync(Producer producer, int person, int number)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Title"] = $"Edited {producer.Prefix}.{number}",
            ["Phone"] = $"edited {producer.Prefix}.{number}",
        };
        foreach (var record in house.Crm.Org.Find("Lead", producer.Email(CrashHouse.Workspace, person)))
            await house.Crm.Org.Rep.EditAsync("Lead", record.Id, fields);
    }

    private async Task StrikeAsync(CancellationToken over)
    {
        var recovering = new List<Task>();
        for (var number = 1; !over.IsCancellationRequested; number++)
        {
            try
            {
                await Wall.WaitAsync(TimeSpan.FromMilliseconds(_random.Next(1_000, 3_000)), over);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            recovering.RemoveAll(one => one.IsCompletedSuccessfully);
            if (number % ServerEvery == 0)
            {
                await Task.WhenAll(recovering);
                recovering.Clear();
                await KillServerAsync(number / ServerEvery % 2 == 0 ? "rabbitmq" : "postgres");
                continue;
            }
            if (ChooseProcess() is { } victim)
                recovering.Add(StrikeAsync(victim));
        }
        await Task.WhenAll(recovering);
    }

    private RunningService? ChooseProcess()
    {
        lock (_gate)
        {
            var up = house.Processes.Where(process => !_down.Contains(process)).ToArray();
            if (up.Length == 0)
                return null;
            var victim = up[_random.Next(up.Length)];
            _down.Add(victim);
            return victim;
        }
    }

    private async Task StrikeAsync(RunningService victim)
    {
        switch (_random.Next(6))
        {
            case 0:
                Count($"{victim.Name} stopped past its lease");
                await victim.FreezeAsync();
                await Wall.WaitAsync(Frozen);
                await victim.ContinueAsync();
                break;
            case 1:
                Count($"{victim.Name} cut off from everything");
                foreach (var link in house.Links.Where(link => link.Service == victim.Name))
                    link.ResetAll();
                break;
            default:
                Count($"{victim.Name} killed");
                await victim.KillAsync();
                await StartAsync(victim);
                break;
        }
        lock (_gate)
            _down.Remove(victim);
    }

    // One that does not come back is what a soak is there to find: the others go on, and it is started once more.
    private async Task StartAsync(RunningService victim)
    {
        try
        {
            await victim.StartAsync();
        }
        catch (ShouldAssertException notReady)
        {
            lock (_gate)
                _notReady.Add(new Finding(Counter.Stuck, victim.Name, notReady.Message));
            await victim.KillAsync();
            await victim.StartAsync();
        }
    }

    private async Task KillServerAsync(string server)
    {
        Count($"{server} killed");
        await house.OwnServers.KillAsync(server);
        await house.OwnServers.StartAsync(server);
    }

    private void Count(string what)
    {
        lock (_gate)
        {
            _strikes[what] = _strikes.GetValueOrDefault(what) + 1;
            var number = _strikes.Values.Sum();
            if (number % 25 == 0)
                tell($"{number} strikes");
        }
    }
}
