using System.Text;
using Dapper;
using Npgsql;

namespace LeadSync.Testing;

/// <summary>Everything that a database holds, as text: what a dump of it would show to whoever searches it.</summary>
public static class DatabaseDump
{
    public static async Task<string> ReadAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        // Bytes as text, where they are text.
        await connection.ExecuteAsync("set bytea_output = 'escape'");
        var tables = await connection.QueryAsync<string>(
            "select quote_ident(tablename) from pg_tables where schemaname = 'public' order by 1"
        );
        var dump = new StringBuilder();
        foreach (var table in tables)
        {
            dump.AppendLine(table);
            foreach (var row in await connection.QueryAsync<string>($"select t::text from {table} t"))
                dump.AppendLine(row);
        }
        return dump.ToString();
    }
}
