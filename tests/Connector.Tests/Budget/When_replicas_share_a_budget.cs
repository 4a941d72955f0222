using LeadSync.Connector.Budget;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Testing;
using Npgsql;

namespace LeadSync.Connector.Tests.Budget;

/// <summary>
/// Several replicas reserve at once, call early, late or never, and die; the CRM's figures lag behind, and what answers say
/// of it comes in any order.
/// </summary>
public sealed class When_replicas_share_a_budget(TestDatabase<ConnectorOptions> database)
    : IClassFixture<TestDatabase<ConnectorOptions>>
{
    private const int Replicas = 4;
    private const int Allowance = 1_000;
    private const int Ours = 800;
    private static readonly ConnectorOptions Options = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Together_they_never_call_more_often_than_the_org_allows_them(int seed)
    {
        var clock = new FakeClock();
        var key = new OrgKey("salesforce", $"org-{seed}");
        var org = new CountingOrg(clock);
        var random = new Random(seed);
        var sources = Enumerable
            .Range(0, Replicas)
            .Select(_ => NpgsqlDataSource.Create(database.Place.Runtime))
            .ToList();
        var budgets = sources.ConvertAll(source => new ApiBudget(source, Options, clock));
        await budgets[0].LearnAsync(key, new ApiUsage(0, Allowance), clock.GetUtcNow(), Token);

        for (var round = 0; round < 60; round++)
        {
            var asked = budgets.ConvertAll(_ =>
                (Calls: random.Next(1, 40), Priority: (CallPriority)random.Next(4), Makes: random.NextDouble())
            );
            var expiresAt = clock.GetUtcNow() + Options.GrantLife;
            var granted = await Task.WhenAll(
                budgets.Zip(
                    asked,
                    (budget, ask) => budget.ReserveAsync(key, ask.Calls, 1, ask.Priority, expiresAt, Token)
                )
            );
            // One in five dies with its calls; of the others some call at once and some at the last moment.
            for (var replica = 0; replica < Replicas; replica++)
                org.Expect(granted[replica], asked[replica].Makes, expiresAt);

            clock.Advance(TimeSpan.FromSeconds(random.Next(0, 90)));
            org.MakeDue();
            org.Calls.ShouldBeLessThanOrEqualTo(Ours);
            var seen = org.CountedBy(clock.GetUtcNow() - Options.UsageLag * random.NextDouble());
            var teller = budgets[random.Next(Replicas)];
            if (random.Next(3) == 0)
                await teller.LearnAsync(key, new ApiUsage(seen, Allowance), clock.GetUtcNow(), Token);
            else
                await teller.RaiseAsync(key, new ApiUsageSeen(seen, Allowance), Token);
        }

        // Nothing was given away for nothing either: once all has lapsed, what was not called is there again.
        org.Calls.ShouldBeGreaterThan(Ours / 2);
        clock.Advance(TimeSpan.FromHours(1));
        org.MakeDue();
        await budgets[0].LearnAsync(key, new ApiUsage(org.Calls, Allowance), clock.GetUtcNow(), Token);
        var rest = await budgets[1].ReserveAsync(key, Allowance, 0, CallPriority.NewLead, clock.GetUtcNow(), Token);
        (org.Calls + rest).ShouldBe(Ours);
        sources.ForEach(source => source.Dispose());
    }

    [Fact]
    public async Task A_call_has_to_fit_every_window_of_the_org()
    {
        var clock = new FakeClock();
        var key = new OrgKey("salesforce", "windows");
        var budget = new ApiBudget(database.Source, Options, clock);
        await budget.LearnAsync(key, new ApiUsage(0, Allowance), clock.GetUtcNow(), Token);
        await budget.LimitAsync(key, "burst", 100, TimeSpan.FromSeconds(10), Token);

        (await ReserveAsync(70)).ShouldBe(70);
        (await ReserveAsync(70)).ShouldBe(30);
        (await ReserveAsync(70)).ShouldBe(0);
        clock.Advance(TimeSpan.FromSeconds(10));
        // They may have been called until they lapsed, a second after they were reserved.
        (await ReserveAsync(70)).ShouldBe(0);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await ReserveAsync(70)).ShouldBe(70);

        Task<int> ReserveAsync(int calls) =>
            budget.ReserveAsync(key, calls, 1, CallPriority.NewLead, clock.GetUtcNow().AddSeconds(1), Token);
    }

    [Fact]
    public async Task What_needs_more_calls_than_are_left_gets_none_and_takes_none()
    {
        var clock = new FakeClock();
        var key = new OrgKey("salesforce", "all-or-none");
        var budget = new ApiBudget(database.Source, Options, clock);
        await budget.LearnAsync(key, new ApiUsage(790, Allowance), clock.GetUtcNow(), Token);

        var all = await budget.ReserveAsync(key, 20, 20, CallPriority.NewLead, clock.GetUtcNow(), Token);
        var some = await budget.ReserveAsync(key, 20, 1, CallPriority.NewLead, clock.GetUtcNow(), Token);

        all.ShouldBe(0);
        some.ShouldBe(10);
    }

    [Fact]
    public async Task An_older_reading_that_comes_late_changes_nothing()
    {
        var clock = new FakeClock();
        var key = new OrgKey("salesforce", "late-reading");
        var budget = new ApiBudget(database.Source, Options, clock);
        var earlier = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromSeconds(1));
        await budget.LearnAsync(key, new ApiUsage(500, Allowance), clock.GetUtcNow(), Token);

        await budget.LearnAsync(key, new ApiUsage(3, Allowance), earlier, Token);

        (await budget.ReadAsync(key, Token)).Single().Used.ShouldBe(500);
    }

    /// <summary>Counts the calls that reach it, as the CRM would.</summary>
    private sealed class CountingOrg(TimeProvider clock)
    {
        private readonly List<DateTimeOffset> _made = [];
        private readonly List<(DateTimeOffset At, int Calls)> _due = [];

        public int Calls => _made.Count;

        public int CountedBy(DateTimeOffset at) => _made.Count(call => call <= at);

        public void Expect(int calls, double makes, DateTimeOffset expiresAt)
        {
            if (makes < 0.2)
                return;
            var life = expiresAt - clock.GetUtcNow();
            _due.Add((expiresAt - life * (makes < 0.6 ? 1 : 0), calls));
        }

        public void MakeDue()
        {
            foreach (var (at, calls) in _due.Where(due => due.At <= clock.GetUtcNow()))
                _made.AddRange(Enumerable.Repeat(at, calls));
            _due.RemoveAll(due => due.At <= clock.GetUtcNow());
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
