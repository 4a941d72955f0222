using System.Diagnostics.Metrics;
using Dapper;
using LeadSync.Push.Lanes;
using LeadSync.Testing;
using Npgsql;

namespace LeadSync.Push.Tests.Model;

/// <summary>
/// Push's database with a clock of the test's own: for whoever connects through <see cref="Engine"/>, <c>now()</c> is what
/// the test says. Waits get their full length instead of a random part of it, and no two leads are due at the same
/// instant, so that a seed repeats.
/// </summary>
public sealed class VirtualTime() : TestDatabase(typeof(LaneWorker).Assembly)
{
    private readonly MeterListener _meter = new();
    private NpgsqlDataSource? _engine;
    private long _busy;

    /// <summary>The database as the engine uses it.</summary>
    public NpgsqlDataSource Engine => _engine ??= NewEngine(Place.Runtime);

    /// <summary>Whether the engine has nothing under way in the database.</summary>
    public bool IsIdle
    {
        get
        {
            Interlocked.Exchange(ref _busy, 0);
            _meter.RecordObservableInstruments();
            return Interlocked.Read(ref _busy) == 0;
        }
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var runtime = new NpgsqlConnectionStringBuilder(Place.Runtime).Username;
        await using var connection = await Owner.OpenConnectionAsync();
        await connection.ExecuteAsync(
            $"""
            create schema virtual_time;
            create table virtual_time.clock (at timestamptz not null);
            insert into virtual_time.clock values (pg_catalog.now());
            create function virtual_time.now() returns timestamptz language sql stable as 'select at from virtual_time.clock';
            create function virtual_time.clock_timestamp() returns timestamptz language sql stable as 'select at from virtual_time.clock';
            grant usage on schema virtual_time to "{runtime}";
            grant select, update on virtual_time.clock to "{runtime}";
            """
        );
        await connection.ExecuteAsync(
            """
            do $$
            declare c record;
            begin
                for c in select d.adrelid::regclass as tab, a.attname as col
                           from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
                          where pg_get_expr(d.adbin, d.adrelid) = 'now()' loop
                    execute format('alter table %s alter column %I set default virtual_time.now()', c.tab, c.col);
                end loop;
                -- Where rows lie must not depend on when a vacuum came by.
                for c in select format('%I.%I', schemaname, tablename) as tab from pg_tables where schemaname in ('public', 'virtual_time') loop
                    execute format('alter table %s set (autovacuum_enabled = false)', c.tab);
                end loop;
            end $$;

            create function virtual_time.of_lead() returns trigger language plpgsql as $$
            declare whole interval;
            begin
                if tg_op = 'UPDATE' then
                    if new.due_at is not distinct from old.due_at then
                        return new;
                    end if;
                    whole := make_interval(secs => least(2 * 2 ^ old.attempts, 3600));
                    if new.attempts = old.attempts + 1 and new.due_at < virtual_time.now() + whole then
                        new.due_at := virtual_time.now() + whole;
                    end if;
                end if;
                new.due_at := new.due_at + make_interval(secs => (hashtext(new.source || new.lead_id) & 511) / 1e6);
                return new;
            end $$;
            create trigger whole_waits before insert or update on lead_sync for each row execute function virtual_time.of_lead();

            create function virtual_time.of_lane() returns trigger language plpgsql as $$
            declare whole interval;
            begin
                if tg_op = 'INSERT' then
                    new.last_served := '1970-01-01Z'::timestamptz + make_interval(secs => (hashtext(new.connection_id::text) & 511) / 1e6);
                    return new;
                end if;
                whole := make_interval(secs => least(0.5 * 2 ^ least(old.faults, 10), 60));
                if new.faults = old.faults + 1 and new.resume_at < virtual_time.now() + whole then
                    new.resume_at := virtual_time.now() + whole;
                end if;
                return new;
            end $$;
            create trigger whole_waits before insert or update on lane for each row execute function virtual_time.of_lane();
            """
        );
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (
                instrument is
                { Meter.Name: "Npgsql", Name: "db.client.connection.count" or "db.client.connections.usage" }
            )
                listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<int>((_, count, tags, _) => Note(count, tags));
        _meter.SetMeasurementEventCallback<long>((_, count, tags, _) => Note(count, tags));
        _meter.Start();
    }

    /// <summary>Another way to the same database, as through a proxy.</summary>
    public NpgsqlDataSource NewEngine(string connectionString) =>
        new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(connectionString)
            {
                SearchPath = "virtual_time,public,pg_catalog",
                // Nothing here outlives the test.
                Options = "-c synchronous_commit=off",
                MaxPoolSize = 20,
            }.ConnectionString
        )
        {
            Name = Name,
        }.Build();

    /// <summary>Takes every row away, as for a new installation.</summary>
    public async Task EmptyAsync()
    {
        await using var connection = await Owner.OpenConnectionAsync();
        var tables = await connection.QueryAsync<string>(
            "select format('%I', tablename) from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'"
        );
        await connection.ExecuteAsync($"truncate {string.Join(", ", tables)} restart identity cascade");
    }

    public override async ValueTask DisposeAsync()
    {
        _meter.Dispose();
        if (_engine is not null)
            await _engine.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private void Note(long count, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (isOurs, isUsed) = (false, false);
        foreach (var (name, value) in tags)
        {
            isOurs |= name.EndsWith("pool.name", StringComparison.Ordinal) && Equals(value, Name);
            isUsed |= value is "used";
        }
        if (isOurs && isUsed)
            Interlocked.Add(ref _busy, count);
    }
}
