using Dapper;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Connector.Connections;

/// <summary>
/// Removes a connection: it is deauthorised, what waits for it is discarded, and its org is free for another connection. Its
/// history stays.
/// </summary>
public sealed class RemoveConnection(
    ConnectionStore connections,
    Deauthorise deauthorise,
    NpgsqlDataSource database,
    TimeProvider clock
)
{
    public async Task<IResult> HandleAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is not { } removed)
            return ConnectionsApi.Missing(id);
        if (await deauthorise.RunAsync(id, HoldReason.Removed, discard: true, caller, cancellationToken) is { } fault)
            return fault;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            delete from credential where connection_id = @id;
            delete from object_schema where connection_id = @id;
            delete from connection where id = @id
            """,
            new { id },
            transaction
        );
        await HistoryStore.AddAsync(
            new Happening(
                caller.Workspace,
                id,
                clock.GetUtcNow(),
                caller.Name,
                Did.Removed,
                Detail: $"{removed.Name}, {removed.OrgName ?? "org"} ({removed.OrgId})"
            ),
            transaction
        );
        await transaction.CommitAsync(cancellationToken);
        return Results.NoContent();
    }
}
