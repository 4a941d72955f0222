using System.Diagnostics;
using LeadSync.Crash.Checking;
using LeadSync.Testing;

namespace LeadSync.Crash.Trials;

/// <summary>One trial on a house that goes on running: people come in, something goes wrong at a named moment, all is checked.</summary>
public sealed class Trial(CrashHouse house, TrialPlan plan)
{
    private static readonly TimeSpan Reached = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    // What is only on its way is no finding yet: Audit hears over several queues.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private const int Looks = 4;

    /// <summary>How long everything may take to come to rest after a fault.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _prefix = $"t{plan.Seed:x}{Guid.CreateVersion7().ToString("N")[^4..]}";

    /// <param name="patience">When it is known that a fault shows as something that never ends, less than usual.</param>
    public async Task<TrialResult> RunAsync(CancellationToken stop, TimeSpan? patience = null)
    {
        var began = Stopwatch.GetTimestamp();
        var producer = new Producer(house, _prefix, plan.Seed);
        var people = new People(house, producer, new Random(plan.Seed));
        var strike = new Strike(house, plan, people);
        var state = new HouseState(house, _prefix);
        var since = house.Crm.Journal.LastSequence;

        await people.MakeKnownAsync();
        if (plan.InUpdates)
            await ArriveAsync(producer, people, stop);
        var isReached = await StrikeAsync(producer, people, strike, plan.Nth, stop);
        if (!isReached)
            isReached = await StrikeAsync(producer, people, strike, nth: 1, stop);
        var ended = Stopwatch.GetTimestamp();
        await producer.SendAsync(people.Change(), stop);

        var unrest = await RestAsync(state, producer, ended, patience ?? Patience, stop);
        var recovery = Stopwatch.GetElapsedTime(ended);
        var findings = await FindAsync(new Collect(house, producer, state), since, strike, stop);
        // With a cause that the journals show it is told by that.
        if (unrest is not null && findings.Count == 0)
            findings = [new Finding(Counter.Stuck, _prefix, unrest)];
        return new TrialResult(
            plan,
            isReached,
            findings,
            recovery,
            Stopwatch.GetElapsedTime(began),
            producer.Ledger.Count(capture => capture.AcknowledgedAt is not null)
        );
    }

    private static async Task ArriveAsync(Producer producer, People people, CancellationToken stop)
    {
        await producer.SendAsync(people.Arrive(), stop);
        await Eventually.ShouldBe(people.AreThere, "everybody is in the CRM", Patience);
    }

    // People come in and change until the point is reached, as often as that needs.
    private async Task<bool> StrikeAsync(
        Producer producer,
        People people,
        Strike strike,
        int nth,
        CancellationToken stop
    )
    {
        var struck = house.Wire.SetAsync(plan.Point.Name, nth, strike.ActAsync);
        if (
            plan.Point.Name.StartsWith("connector.crm", StringComparison.Ordinal)
            || plan.Point.Name.StartsWith("connector.token", StringComparison.Ordinal)
        )
        {
            foreach (var org in house.Crm.Orgs.All)
                org.ExpireSessions();
        }
        var sending = SendAsync(producer, people, stop);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var late = Wall.WaitAsync(Reached, limit.Token);
        await Task.WhenAny(struck, late);
        await limit.CancelAsync();
        var isReached = struck.IsCompleted || !house.Wire.Clear();
        if (isReached)
        {
            await struck;
            // Whoever sends goes on sending meanwhile, and is answered at the latest when the fault is over.
            await strike.EndAsync();
        }
        await sending;
        return isReached;
    }

    private async Task SendAsync(Producer producer, People people, CancellationToken stop)
    {
        await producer.SendAsync(plan.InUpdates ? people.Change() : people.Arrive(), stop);
        await Task.WhenAll(producer.SendAsync(people.Change(), stop), people.EditAsync());
    }

    private static async Task<string?> RestAsync(
        HouseState state,
        Producer producer,
        long began,
        TimeSpan patience,
        CancellationToken stop
    )
    {
        while (true)
        {
            var unrest = await UnrestAsync(state, producer, stop);
            var elapsed = Stopwatch.GetElapsedTime(began);
            if (unrest is null || elapsed > patience)
                return unrest;
            await Wall.WaitAsync(Between, stop);
        }
    }

    private static async Task<string?> UnrestAsync(HouseState state, Producer producer, CancellationToken stop)
    {
        try
        {
            return await state.UnrestAsync(producer.Ledger, stop);
        }
        catch (Npgsql.NpgsqlException)
        {
            return "the database does not answer";
        }
    }

    private static async Task<IReadOnlyList<Finding>> FindAsync(
        Collect collect,
        long since,
        Strike strike,
        CancellationToken stop
    )
    {
        for (var look = 1; ; look++)
        {
            var findings = Checker.Check(await collect.ReadAsync(since, strike.Holds, stop));
            if (findings.Count == 0 || look == Looks)
                return findings;
            await Wall.WaitAsync(Settling, stop);
        }
    }
}
