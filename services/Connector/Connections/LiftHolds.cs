using Dapper;
using LeadSync.Hosting;
using Npgsql;

namespace LeadSync.Connector.Connections;

/// <summary>
/// Tells Push that a hold has ended. That it is to be told is stored with what ended the hold; it is told at once, and again
/// every few seconds until Push has taken it. Being told twice does no harm.
/// </summary>
public sealed class LiftHolds(NpgsqlDataSource database, PushClient push, TimeProvider clock, ILogger<LiftHolds> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Stores, in a transaction, that a hold is to be lifted.</summary>
    public static Task OweAsync(
        Guid connectionId,
        string reason,
        string waiting,
        bool forgetsRecords,
        NpgsqlTransaction transaction
    ) =>
        transaction.Connection!.ExecuteAsync(
            """
            insert into owed_lift (connection_id, reason, waiting, forgets_records)
            values (@connectionId, @reason, @waiting, @forgetsRecords)
            on conflict (connection_id, reason) do update
                set waiting = excluded.waiting, forgets_records = owed_lift.forgets_records or excluded.forgets_records
            """,
            new
            {
                connectionId,
                reason,
                waiting,
                forgetsRecords,
            },
            transaction
        );

    /// <summary>
    /// In a transaction: holds a connection in Push, and forgets that this hold was to be lifted. Whoever would lift it waits
    /// for the transaction's end.
    /// </summary>
    public async Task HoldAsync(
        string workspace,
        Guid connectionId,
        string reason,
        bool discard,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await LockAsync(connectionId, transaction);
        await push.HoldAsync(workspace, connectionId, reason, discard, cancellationToken);
        await transaction.Connection!.ExecuteAsync(
            "delete from owed_lift where connection_id = @connectionId and reason = @reason",
            new { connectionId, reason },
            transaction
        );
    }

    /// <summary>Keeps everyone else from holding or lifting for a connection until the transaction ends.</summary>
    public static Task LockAsync(Guid connectionId, NpgsqlTransaction transaction) =>
        transaction.Connection!.ExecuteAsync(
            "select pg_advisory_xact_lock(hashtextextended(@connectionId::text, 0))",
            new { connectionId },
            transaction
        );

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Telling Push that holds have ended", Pause, TellAllAsync, clock, log, stoppingToken);

    /// <summary>Tells at once; when Push is away it is told later.</summary>
    public async Task TellAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        try
        {
            await RunOnceAsync(connectionId, cancellationToken);
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault))
        {
            log.LogWarning("Push is told later that connection {ConnectionId} may be written to", connectionId);
        }
    }

    private async Task<bool> TellAllAsync(CancellationToken cancellationToken)
    {
        await RunOnceAsync(null, cancellationToken);
        return false;
    }

    /// <summary>Tells of every hold that has ended, or of one connection's.</summary>
    public async Task RunOnceAsync(Guid? connectionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var owing = await connection.QueryAsync<Guid>(
            new CommandDefinition(
                """
                select distinct connection_id from owed_lift
                where @connectionId::uuid is null or connection_id = @connectionId
                """,
                new { connectionId },
                cancellationToken: cancellationToken
            )
        );
        foreach (var id in owing)
            await TellOfAsync(id, connection, cancellationToken);
    }

    private async Task TellOfAsync(Guid id, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(id, transaction);
        var owed = await connection.QueryAsync<Owed>(
            """
            select l.connection_id, c.workspace, l.reason, l.waiting, l.forgets_records
            from owed_lift l join connection c on c.id = l.connection_id where l.connection_id = @id
            """,
            new { id },
            transaction
        );
        foreach (var one in owed)
            await push.LiftAsync(
                one.Workspace,
                one.ConnectionId,
                one.Reason,
                one.Waiting,
                one.ForgetsRecords,
                cancellationToken
            );
        await connection.ExecuteAsync("delete from owed_lift where connection_id = @id", new { id }, transaction);
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record Owed(Guid ConnectionId, string Workspace, string Reason, string Waiting, bool ForgetsRecords);
}
