using Dapper;
using Npgsql;

namespace LeadSync.Push.Holds;

/// <summary>Stops of all lanes at once: of one workspace, or, with the empty name, of the whole installation.</summary>
public sealed class StopStore(NpgsqlDataSource database)
{
    /// <summary>Every workspace.</summary>
    public const string Everyone = "";

    /// <param name="by">Who asked for it.</param>
    public async Task StopAsync(string workspace, string by, string? note, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "insert into stop (workspace, stopped_by, note) values (@workspace, @by, @note) on conflict do nothing",
                new
                {
                    workspace,
                    by,
                    note,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    public async Task ResumeAsync(string workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "delete from stop where workspace = @workspace",
                new { workspace },
                cancellationToken: cancellationToken
            )
        );
    }
}
