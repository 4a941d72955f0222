using System.Diagnostics.Metrics;
using Dapper;
using LeadSync.Hosting;
using Npgsql;

namespace LeadSync.Push.Lanes;

/// <summary>
/// Looks over all lanes now and then: measures what waits in them, forgets old counts, and wakes the workers of this replica
/// where a lane that could be served has not been for too long. That never happens as long as workers find work by
/// themselves; <c>leadsync.lane.swept</c> says if it does.
/// </summary>
public sealed class LaneSweep : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly NpgsqlDataSource _database;
    private readonly Wakeup _wakeup;
    private readonly PushOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<LaneSweep> _log;
    private volatile Figures _figures = new();

    public LaneSweep(
        NpgsqlDataSource database,
        Wakeup wakeup,
        PushOptions options,
        TimeProvider clock,
        ILogger<LaneSweep> log
    )
    {
        (_database, _wakeup, _options, _clock, _log) = (database, wakeup, options, clock, log);
        // Every replica sees the same database: take the greatest of what they say, not the sum.
        Gauge("leadsync.lane.pending", "{lead}", figures => figures.Pending);
        Gauge("leadsync.lane.parked", "{lead}", figures => figures.Parked);
        Gauge("leadsync.lane.oldest_age", "s", figures => figures.OldestSeconds);
        Gauge("leadsync.push.unknown", "{intent}", figures => figures.Unknown);
        Telemetry.Measures.CreateObservableGauge(
            "leadsync.lane.count",
            () =>
                new[]
                {
                    new Measurement<long>(_figures.Served, new KeyValuePair<string, object?>("state", "served")),
                    new Measurement<long>(_figures.Resting, new KeyValuePair<string, object?>("state", "resting")),
                    new Measurement<long>(_figures.Held, new KeyValuePair<string, object?>("state", "held")),
                    new Measurement<long>(_figures.Idle, new KeyValuePair<string, object?>("state", "idle")),
                },
            "{lane}"
        );
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(
            "Looking over the lanes",
            Pause,
            async stopping =>
            {
                await RunOnceAsync(stopping);
                return false;
            },
            _clock,
            _log,
            stoppingToken
        );

    /// <summary>Looks once; gives how many lanes were waiting for too long.</summary>
    public async Task<long> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        _figures = await connection.QuerySingleAsync<Figures>(
            new CommandDefinition(
                """
                delete from lane_minute where minute < now() - interval '1 hour';
                with state as (
                    select l.connection_id, l.workspace, l.last_served,
                           case when exists (select from stop t where t.workspace in ('', l.workspace))
                                  or exists (select from hold h where h.connection_id = l.connection_id and h.source = '' and h.object = '')
                                then 'held'
                                when l.resume_at > now() then 'resting'
                                when l.lease_until >= now() then 'served' else 'idle' end as state
                      from lane l),
                due as (
                    select s.connection_id, min(s.due_at) as since
                      from lead_sync s
                     where s.wanted_run > s.done_run and s.parked_code is null and s.due_at <= now()
                       and not exists (select from hold h
                                        where h.connection_id = s.connection_id and h.source = s.source and h.object = '')
                     group by s.connection_id)
                select (select count(*) from lead_sync where wanted_run > done_run and parked_code is null) as pending,
                       (select count(*) from lead_sync where parked_code is not null) as parked,
                       (select count(*) from intent where state = 'unknown') as unknown,
                       (select coalesce(extract(epoch from now() - min(since)), 0) from due)::float8 as oldest_seconds,
                       count(*) filter (where state = 'served') as served,
                       count(*) filter (where state = 'resting') as resting,
                       count(*) filter (where state = 'held') as held,
                       count(*) filter (where state = 'idle') as idle,
                       -- Due for long, free to be taken, and no worker busy with another lane could be the reason.
                       count(*) filter (where state = 'idle' and since < now() - @SweptAfter and last_served < now() - @SweptAfter
                                          and not exists (select from lane busy where busy.lease_until >= now())) as swept
                  from state left join due using (connection_id)
                """,
                new { _options.SweptAfter },
                cancellationToken: cancellationToken
            )
        );
        if (_figures.Swept > 0)
        {
            Measures.Swept.Add(_figures.Swept);
            _wakeup.Ring();
        }
        return _figures.Swept;
    }

    private void Gauge(string name, string unit, Func<Figures, double> read) =>
        Telemetry.Measures.CreateObservableGauge(name, () => read(_figures), unit);

    private sealed record Figures
    {
        public long Pending { get; init; }
        public long Parked { get; init; }
        public long Unknown { get; init; }
        public double OldestSeconds { get; init; }
        public long Served { get; init; }
        public long Resting { get; init; }
        public long Held { get; init; }
        public long Idle { get; init; }
        public long Swept { get; init; }
    }
}
