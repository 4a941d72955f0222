using Dapper;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Writing;

/// <summary>Two replicas, real processes: the one that has the lanes is killed, the other goes on with them.</summary>
public sealed class When_a_replica_is_killed_while_it_creates : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly PushUnderTest _push = new();
    private IReadOnlyList<LostCreates> _lanes = [];
    private PushReplica? _second;

    public async ValueTask InitializeAsync()
    {
        await _push.InitializeAsync();
        _push.AddExternalId();
        _lanes = [.. Enum.GetValues<Keys>().Select(keys => new LostCreates(_push, keys))];
        foreach (var lane in _lanes)
            await lane.PrepareAsync();
        // From here on only the processes work on the lanes.
        await _push.StopAsync();
        _push.Settings["Push:Lease"] = "00:00:05";
    }

    [Fact]
    public async Task Once_it_is_written_down_and_before_anything_happened_everybody_is_created_exactly_once()
    {
        // Whatever leaves the replica hangs, and comes to nothing.
        Strike(FaultKind.DropBeforeEffect);

        await KillAsync(async () => (await IntentsAsync()).ShouldBe(LostCreates.Count * _lanes.Count));

        _push.Crm.Org.Records("Lead").ShouldBeEmpty();
        _push.Crm.Faults.Clear();
        await ShouldEndWellAsync();
    }

    [Fact]
    public async Task After_the_effect_and_before_the_answer_everybody_is_created_exactly_once()
    {
        Strike(FaultKind.Delay);

        await KillAsync(() =>
        {
            _lanes.Select(lane => lane.Records).ShouldAllBe(records => records == LostCreates.Count);
            return Task.CompletedTask;
        });

        await ShouldEndWellAsync();
    }

    [Fact]
    public async Task After_the_answer_and_before_it_is_stored_everybody_is_created_exactly_once()
    {
        // What was served is counted with the outcomes: while that must wait, none of it is stored.
        await using var database = await _push.Database.Owner.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );
        await using (var transaction = await database.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await database.ExecuteAsync("lock table lane_minute in share mode", transaction: transaction);
            await KillAsync(async () =>
                (
                    await database.ExecuteScalarAsync<int>(
                        "select count(*) from pg_locks where relation = 'lane_minute'::regclass and not granted",
                        transaction: transaction
                    )
                ).ShouldBeGreaterThanOrEqualTo(_lanes.Count)
            );
        }

        await ShouldEndWellAsync();
    }

    // Once for each lane.
    private void Strike(FaultKind kind) =>
        _push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = kind,
                Match = new FaultMatch { Kind = RequestKinds.Write },
                AfterEffect = kind == FaultKind.Delay,
                DelayMilliseconds = 20_000,
                Count = _lanes.Count,
            }
        );

    private async Task KillAsync(Func<Task> isThere)
    {
        using var first = new PushReplica(_push);
        foreach (var lane in _lanes)
            await _push.TakeInAsync(lane.Leads);
        await Eventually.ShouldPass(isThere, Patience);
        _second = new PushReplica(_push);
        await first.KillAsync();
    }

    private async Task ShouldEndWellAsync()
    {
        foreach (var lane in _lanes)
            await _push.SettledAsync(lane.Connection, Patience);
        foreach (var lane in _lanes)
            await lane.ShouldBeCreatedOnceAsync();
    }

    private async Task<int> IntentsAsync()
    {
        await using var database = await _push.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );
        return await database.ExecuteScalarAsync<int>("select count(*) from intent where state = 'open'");
    }

    public ValueTask DisposeAsync()
    {
        _second?.Dispose();
        return _push.DisposeAsync();
    }
}
