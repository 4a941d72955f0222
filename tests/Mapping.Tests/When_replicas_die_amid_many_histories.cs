using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;
using Npgsql;

namespace LeadSync.Mapping.Tests;

/// <summary>
/// Random histories of leads: their patches and withdrawals shuffled, some delivered twice, some late, by two replicas that
/// die before the commit and between the commit and the telling. Whatever happens on the way, a lead ends as if everything
/// had come once and in order, and so does what was said of it last. <c>LEADSYNC_SEED</c> repeats a run.
/// </summary>
public sealed class When_replicas_die_amid_many_histories(Stores stores) : IClassFixture<Stores>
{
    private const int InMemory = 9_700;
    private const int InTheDatabase = 300;

    private static readonly int Seed = Environment.GetEnvironmentVariable("LEADSYNC_SEED") is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : Random.Shared.Next();

    [Fact]
    public void Each_ends_as_if_all_had_come_once_and_in_order()
    {
        for (var number = 0; number < InMemory; number++)
        {
            var random = new Random(Seed + number);
            var history = History.Make(random, "acme", "1");
            var lead = new KeptLead();
            foreach (var batch in History.Batches(random, history.Deliveries(random)))
                lead.Deliver(batch, dies: random.Next(4));

            lead.End().ShouldBe(history.End(), $"LEADSYNC_SEED={Seed}, history {number}");
        }
    }

    [Fact]
    public async Task So_does_each_in_the_database_with_two_replicas_at_once()
    {
        await stores.RouteAsync("histories");
        var random = new Random(Seed);
        var histories = Enumerable
            .Range(0, InTheDatabase)
            .Select(number => History.Make(random, "histories", $"{number}"))
            .ToList();
        var deliveries = histories.SelectMany(history => history.Deliveries(random)).ToArray();
        random.Shuffle(deliveries);
        var queue = new ConcurrentQueue<LeadChange[]>(History.Batches(random, deliveries));
        var said = new ConcurrentBag<MappedLead>();

        await Task.WhenAll(ReplicaAsync(random.Next()), ReplicaAsync(random.Next()));

        var last = said.GroupBy(item => item.LeadId, StringComparer.Ordinal)
            .ToDictionary(lead => lead.Key, lead => lead.MaxBy(item => item.Version)!, StringComparer.Ordinal);
        foreach (var history in histories)
            History
                .Said(last.GetValueOrDefault(history.LeadId))
                .ShouldBe(history.End(), $"LEADSYNC_SEED={Seed}, lead {history.LeadId}");

        async Task ReplicaAsync(int seed)
        {
            var chance = new Random(seed);
            var name = $"replica {seed}";
            await using var database = NpgsqlDataSource.Create($"{stores.ConnectionString};Application Name={name}");
            var replica = stores.Replica(database);
            while (queue.TryDequeue(out var batch))
            {
                try
                {
                    var work = replica.TakeInAsync(batch, Stop);
                    // Somewhere in the transaction; where, only the machine decides.
                    if (chance.Next(3) == 0)
                        await KillAsync(name);
                    var told = await work;
                    // Or after the commit, before a word was said.
                    if (chance.Next(5) == 0)
                    {
                        queue.Enqueue(batch);
                        continue;
                    }
                    foreach (var (_, item) in told.Mapped)
                        said.Add(item);
                }
                catch (Exception fault) when (Faults.IsInfrastructure(fault) && !Stop.IsCancellationRequested)
                {
                    // What was not finished is delivered again.
                    queue.Enqueue(batch);
                }
            }
        }
    }

    private async Task KillAsync(string name)
    {
        await using var connection = await stores.Source.OpenConnectionAsync(Stop);
        await connection.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = @name",
            new { name }
        );
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A lead as a database would keep it, in memory.</summary>
    private sealed class KeptLead
    {
        private static readonly LeadKey Key = new("acme", "form", "1");
        private static readonly Guid ConnectionId = new("019c0000-0000-7000-8000-000000000001");
        private static readonly DateTimeOffset Enabled = DateTimeOffset.UnixEpoch;

        private string _state = "{}";
        private long _version;
        private DateTimeOffset? _receivedAt;
        private DateTimeOffset? _firstCapturedAt;
        private Pair? _pair;
        private Dictionary<(string, string), Stamp> _turns = [];
        private MappedLead? _last;

        /// <param name="dies">0: before the commit; 1: after it, before a word is said. Then it is delivered again.</param>
        public void Deliver(LeadChange[] batch, int dies)
        {
            TakeIn(batch, commits: dies != 0, tells: dies > 1);
            if (dies <= 1)
                TakeIn(batch, commits: true, tells: true);
        }

        private void TakeIn(LeadChange[] batch, bool commits, bool tells)
        {
            var lead = new WorkingLead(
                1,
                Key,
                _version,
                JsonSerializer.Deserialize(_state, LeadJson.Default.LeadState)!
            )
            {
                ReceivedAt = _receivedAt,
                FirstCapturedAt = _firstCapturedAt,
            };
            if (_pair is not null)
                lead.Pairs[ConnectionId] = _pair;
            foreach (var (name, stamp) in _turns)
                lead.KnownTurns[name] = stamp;
            foreach (var change in batch)
            {
                if (change is LeadChange.Captured(_, var patch))
                    lead.Apply(patch, History.Start);
                else
                    lead.Withdraw(((LeadChange.Withdrawn)change).Withdrawal);
            }
            var decision = LeadDecider.Decide(lead, Around([lead]), claimed: null, History.Start);
            if (!commits)
                return;
            _state = JsonSerializer.Serialize(lead.State, LeadJson.Default.LeadState);
            (_version, _receivedAt, _firstCapturedAt) = (lead.Version, lead.ReceivedAt, lead.FirstCapturedAt);
            _pair = decision.Pairs.SingleOrDefault()?.Pair ?? _pair;
            foreach (var (name, turn) in lead.NewTurns)
                _turns[name] = turn.Captured;
            _turns = _turns
                .Where(turn => !lead.State.IsDropped(turn.Value))
                .ToDictionary(turn => turn.Key, turn => turn.Value);
            if (tells && decision.Mapped.SingleOrDefault() is { } mapped && !(mapped.Version < _last?.Version))
                _last = mapped;
        }

        public string End() => History.Said(_last);

        private static LeadBatch Around(IEnumerable<WorkingLead> leads) =>
            new(
                leads.ToDictionary(lead => lead.Key),
                new Dictionary<(string, string), SourceSettings>
                {
                    [("acme", "form")] = new(
                        Enabled,
                        SourceModel.Standard,
                        [new RouteTo(ConnectionId, Enabled, new RouteTerms("Lead"))]
                    ),
                },
                new Dictionary<Guid, ConnectionSettings>
                {
                    [ConnectionId] = new(1, History.Mappings)
                    {
                        MappedSince = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal)
                        {
                            ["Lead"] = Enabled,
                        },
                    },
                }
            );
    }
}
