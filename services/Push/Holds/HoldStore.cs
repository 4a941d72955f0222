using Dapper;
using Npgsql;

namespace LeadSync.Push.Holds;

/// <summary>All SQL on <c>hold</c>, and on what a hold that goes leaves to be done in its lane.</summary>
public sealed class HoldStore(NpgsqlDataSource database)
{
    /// <summary>What stops calls now. A lane that is drained is not among it: its calls under way go on to their end.</summary>
    public async Task<(IReadOnlyList<Hold> Holds, IReadOnlyList<string> Stopped)> ReadAllAsync(
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var read = await connection.QueryMultipleAsync(
            new CommandDefinition(
                """
                select distinct connection_id, source, object from hold where reason <> 'draining';
                select workspace from stop
                """,
                cancellationToken: cancellationToken
            )
        );
        return ((await read.ReadAsync<Hold>()).AsList(), (await read.ReadAsync<string>()).AsList());
    }

    /// <summary>Sets a hold; one that is there stays as it is.</summary>
    /// <param name="by">Who asked for it, and why, when a person did.</param>
    public async Task SetAsync(
        string workspace,
        Hold hold,
        string reason,
        CancellationToken cancellationToken,
        (string Name, string? Note)? by = null
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into hold (connection_id, workspace, source, object, reason, held_by, note)
                values (@ConnectionId, @workspace, @Source, @Object, @reason, @name, @note)
                on conflict do nothing
                """,
                new
                {
                    hold.ConnectionId,
                    workspace,
                    hold.Source,
                    hold.Object,
                    reason,
                    name = by?.Name,
                    note = by?.Note,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>
    /// Lifts a hold. With the last one of the connection gone its lane is served at once, whatever it rested for.
    /// </summary>
    public async Task LiftAsync(string workspace, Hold hold, string reason, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                // What waits for an attempt of its own goes on waiting; what waited for the hold does not.
                """
                delete from hold
                 where connection_id = @ConnectionId and workspace = @workspace and source = @Source and object = @Object
                   and reason = @reason;
                update lane set resume_at = null, pause_code = null, pause_message = null, paused_at = null, faults = 0
                 where connection_id = @ConnectionId and workspace = @workspace;
                update lead_sync set due_at = now()
                 where connection_id = @ConnectionId and workspace = @workspace
                   and wanted_run > done_run and parked_code is null and attempts = 0 and due_at > now()
                """,
                new
                {
                    hold.ConnectionId,
                    workspace,
                    hold.Source,
                    hold.Object,
                    reason,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>
    /// Forgets which records leads of a connection were, and what was applied to them: the connection leads to another org
    /// now, where other people have those ids or nobody has. Only while the whole connection is held; false when it is not.
    /// </summary>
    public async Task<bool> ForgetRecordsAsync(string workspace, Guid connectionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isHeld = await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                """
                select exists (select from hold
                                where connection_id = @connectionId and workspace = @workspace and source = '' and object = '')
                """,
                new { connectionId, workspace },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        if (!isHeld)
            return false;
        await connection.ExecuteAsync(
            new CommandDefinition(
                // A worker that still has the lane in hand must not store what it learnt of the old org.
                """
                update lane set fence = fence + 1, owner = null, lease_until = '-infinity'
                 where connection_id = @connectionId and workspace = @workspace;
                delete from intent where connection_id = @connectionId and workspace = @workspace;
                delete from applied a using lane l
                 where a.connection_id = @connectionId and l.connection_id = a.connection_id and l.workspace = @workspace;
                update lead_sync set
                    object = null,
                    record_id = null,
                    other_object = null,
                    other_record_id = null,
                    account_id = null,
                    keys = array(select key from unnest(keys) as key where key not like 'record:%')
                 where connection_id = @connectionId and workspace = @workspace
                   and (record_id is not null or account_id is not null or exists (select from unnest(keys) as key where key like 'record:%'))
                """,
                new { connectionId, workspace },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
