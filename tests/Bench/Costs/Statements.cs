using Dapper;
using LeadSync.Testing;
using Npgsql;

namespace LeadSync.Bench.Costs;

/// <summary>
/// What PostgreSQL is asked, as its extension pg_stat_statements counts it: switched on for as long as this lives, since counting
/// costs something itself.
/// </summary>
public sealed class Statements : IAsyncDisposable
{
    private readonly NpgsqlDataSource _server = NpgsqlDataSource.Create(Servers.Postgres);

    /// <summary>Null where the server has not loaded the extension's library.</summary>
    public static async Task<Statements?> CountAsync()
    {
        var statements = new Statements();
        await using var connection = await statements._server.OpenConnectionAsync();
        var libraries = await connection.ExecuteScalarAsync<string>("show shared_preload_libraries");
        if (!libraries!.Contains("pg_stat_statements", StringComparison.Ordinal))
        {
            await statements._server.DisposeAsync();
            return null;
        }
        await connection.ExecuteAsync("create extension if not exists pg_stat_statements");
        await statements.TrackAsync("top");
        return statements;
    }

    /// <summary>What was done so far in the databases whose names begin so.</summary>
    public async Task<StatementCounts> ReadAsync(string databases)
    {
        await using var connection = await _server.OpenConnectionAsync();
        return await connection.QuerySingleAsync<StatementCounts>(
            """
            select coalesce(sum(s.calls), 0)::bigint as Calls, coalesce(sum(s.rows), 0)::bigint as Rows,
                   coalesce(sum(s.wal_bytes), 0)::bigint as LogBytes
              from pg_stat_statements s join pg_database d on d.oid = s.dbid
             where starts_with(d.datname, @databases)
            """,
            new { databases }
        );
    }

    private async Task TrackAsync(string what)
    {
        await using var connection = await _server.OpenConnectionAsync();
        await connection.ExecuteAsync($"alter system set pg_stat_statements.track = {what}");
        await connection.ExecuteAsync("select pg_reload_conf()");
    }

    public async ValueTask DisposeAsync()
    {
        await TrackAsync("none");
        await _server.DisposeAsync();
    }
}

/// <param name="Calls">Statements, begin and commit among them.</param>
/// <param name="Rows">That they gave back or changed.</param>
/// <param name="LogBytes">That they made the server write ahead.</param>
public sealed record StatementCounts(long Calls, long Rows, long LogBytes);
