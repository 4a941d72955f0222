using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Push.Lanes;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Lanes;

/// <summary>Who is served next, asked of the store itself: no worker runs.</summary>
public sealed class When_lanes_share_the_workers(LanesAlone lanes) : IClassFixture<LanesAlone>, IAsyncLifetime
{
    private static readonly Duty Any = new("salesforce", SmallOnly: false);
    private static readonly Duty Small = new("salesforce", SmallOnly: true);

    public async ValueTask InitializeAsync() => await lanes.EmptyAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_lane_that_was_not_served_for_longest_is_next()
    {
        var (first, second) = (await lanes.AddAsync("acme", 3), await lanes.AddAsync("acme", 3));
        (await ServeAsync(Any)).ShouldBeOneOf(first, second);

        var order = new List<Guid?> { await ServeAsync(Any), await ServeAsync(Any), await ServeAsync(Any) };

        order.Distinct().Count().ShouldBe(2);
        order[0].ShouldNotBe(order[1]);
        order[0].ShouldBe(order[2]);
    }

    [Fact]
    public async Task A_lane_that_rests_is_left_alone_and_no_other()
    {
        var (resting, other) = (await lanes.AddAsync("acme", 3), await lanes.AddAsync("acme", 3));

        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop, [resting]))!.ConnectionId.ShouldBe(other);
        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop, [resting])).ShouldBeNull();
        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop))!.ConnectionId.ShouldBe(resting);
    }

    [Fact]
    public async Task A_worker_kept_for_small_lanes_passes_by_a_long_one()
    {
        var longLane = await lanes.AddAsync("acme", lanes.Options.BatchSize + 1);
        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Small, Stop)).ShouldBeNull();

        var small = await lanes.AddAsync("bolt", lanes.Options.BatchSize);

        (await ServeAsync(Small)).ShouldBe(small);
        (await ServeAsync(Any)).ShouldBe(longLane);
    }

    [Fact]
    public async Task A_workspace_with_many_connections_does_not_take_every_worker()
    {
        for (var number = 0; number < lanes.Options.LanesPerWorkspace + 2; number++)
            await lanes.AddAsync("acme", 1);
        var taken = new List<Lease?>();
        for (var number = 0; number < lanes.Options.LanesPerWorkspace + 2; number++)
            taken.Add(await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop));

        taken.OfType<Lease>().Count().ShouldBe(lanes.Options.LanesPerWorkspace);

        var other = await lanes.AddAsync("bolt", 1);
        (await ServeAsync(Any)).ShouldBe(other);
        await lanes.Leases.ReleaseAsync(taken[0]!, wentWell: true, Stop);
        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Workers_of_one_CRM_leave_lanes_of_another_alone()
    {
        var lane = await lanes.AddAsync("acme", 1);
        var lease = (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop))!;
        await lanes.Leases.LearnSystemAsync(lease, "hubspot", Stop);
        await lanes.Leases.ReleaseAsync(lease, wentWell: true, Stop);

        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop)).ShouldBeNull();
        (await ServeAsync(new Duty("hubspot", SmallOnly: false))).ShouldBe(lane);
    }

    [Fact]
    public async Task A_CRM_that_is_away_for_many_is_tried_by_one_lane_at_a_time_until_it_answers()
    {
        for (var number = 0; number < lanes.Options.BreakAfter + 1; number++)
            await lanes.AddAsync($"workspace{number}", 1);
        for (var number = 0; number < lanes.Options.BreakAfter; number++)
            await FindAwayAsync();

        var trying = (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop)).ShouldNotBeNull();
        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop)).ShouldBeNull();

        await lanes.Leases.ReleaseAsync(trying, wentWell: true, Stop);
        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop)).ShouldNotBeNull();
        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop)).ShouldNotBeNull();
    }

    [Fact]
    public async Task One_org_that_is_away_does_not_slow_the_others()
    {
        for (var number = 0; number < 4; number++)
            await lanes.AddAsync($"workspace{number}", 1);
        await FindAwayAsync();

        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop)).ShouldNotBeNull();
        (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop)).ShouldNotBeNull();
    }

    [Fact]
    public async Task New_people_go_before_known_ones_and_these_before_a_backfill_and_none_waits_for_ever()
    {
        var lane = await lanes.AddAsync("acme", 100);
        await lanes.SetPriorityAsync(lane, first: 0, count: 70, priority: 2);
        await lanes.SetPriorityAsync(lane, first: 70, count: 20, priority: 1);
        await lanes.SetPriorityAsync(lane, first: 90, count: 10, priority: 0);
        var lease = (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop))!;

        var first = await lanes.Leads.TakeDueAsync(lease, 10, [], Stop);
        var more = await lanes.Leads.TakeDueAsync(lease, 40, [], Stop);

        // Of ten: one of the backfill and two known ones by right, the rest new.
        Counted(first).ShouldBe((7, 2, 1));
        // Of forty: all that are new, the known ones before more of the backfill.
        Counted(more).ShouldBe((10, 20, 10));

        (int New, int Known, int Backfill) Counted(List<WaitingLead> leads) =>
            (
                leads.Count(lead => Number(lead) >= 90),
                leads.Count(lead => Number(lead) is >= 70 and < 90),
                leads.Count(lead => Number(lead) < 70)
            );
    }

    [Fact]
    public async Task A_lane_that_nobody_serves_although_all_are_idle_is_swept()
    {
        await lanes.AddAsync("acme", 1);
        (await lanes.Sweep.RunOnceAsync(Stop)).ShouldBe(0);

        await lanes.AgeAsync(lanes.Options.SweptAfter + TimeSpan.FromSeconds(1));

        (await lanes.Sweep.RunOnceAsync(Stop)).ShouldBe(1);
    }

    private async Task<Guid?> ServeAsync(Duty duty)
    {
        if (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), duty, Stop) is not { } lease)
            return null;
        await lanes.Leases.ReleaseAsync(lease, wentWell: false, Stop);
        return lease.ConnectionId;
    }

    private async Task FindAwayAsync()
    {
        var lease = (await lanes.Leases.TakeNextAsync(Guid.CreateVersion7(), Any, Stop))!;
        await lanes.Leases.LearnSystemAsync(lease, "salesforce", Stop);
        await lanes.Leases.PauseAsync(lease, "CRM_UNAVAILABLE", "away", TimeSpan.Zero, Stop);
    }

    private static int Number(WaitingLead lead) =>
        int.Parse(lead.Wanted.LeadId, System.Globalization.CultureInfo.InvariantCulture);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}

/// <summary>Push's tables and the stores over them.</summary>
public sealed class LanesAlone : IAsyncLifetime
{
    private readonly TestDatabase _database = new(typeof(LaneWorker).Assembly);

    public PushOptions Options { get; } =
        new()
        {
            BatchSize = 20,
            LanesPerWorkspace = 3,
            BreakAfter = 3,
        };
    public LeaseStore Leases { get; private set; } = null!;
    public LeadSyncStore Leads { get; private set; } = null!;
    public LaneSweep Sweep { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        Leases = new LeaseStore(_database.Source, Options);
        Leads = new LeadSyncStore(_database.Source, TimeProvider.System);
        Sweep = new LaneSweep(
            _database.Source,
            new Wakeup(),
            Options,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<LaneSweep>.Instance
        );
    }

    public async ValueTask DisposeAsync()
    {
        Sweep.Dispose();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public Task EmptyAsync() =>
        ExecuteAsync("delete from lane_minute; delete from lead_sync; delete from lane", new { });

    /// <summary>A lane in which so many leads wait, the first the longest.</summary>
    public async Task<Guid> AddAsync(string workspace, int leads)
    {
        var connection = Guid.CreateVersion7();
        await Leads.TakeInAsync(
            [
                .. Enumerable
                    .Range(0, leads)
                    .Select(number => new Arrived<MappedLead>(
                        workspace,
                        PushUnderTest.Lead(connection, $"{number}", $"p{number}@example.com")
                    )),
            ],
            TestContext.Current.CancellationToken
        );
        await ExecuteAsync(
            """
            update lead_sync set due_at = now() - (@leads - lead_id::int) * interval '1 millisecond'
             where connection_id = @connection
            """,
            new { connection, leads }
        );
        return connection;
    }

    public Task SetPriorityAsync(Guid connection, int first, int count, int priority) =>
        ExecuteAsync(
            """
            update lead_sync set priority = @priority
             where connection_id = @connection and lead_id::int >= @first and lead_id::int < @first + @count
            """,
            new
            {
                connection,
                first,
                count,
                priority,
            }
        );

    /// <summary>Makes everything older.</summary>
    public Task AgeAsync(TimeSpan by) => ExecuteAsync("update lead_sync set due_at = due_at - @by", new { by });

    private async Task ExecuteAsync(string sql, object parameters)
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }
}
