using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Mapping.Fields;
using Npgsql;

namespace LeadSync.Mapping.Connections;

/// <summary>An object whose schema is to be read.</summary>
/// <param name="DoubtedAt">When the CRM contradicted the copy; what was read before that will not do.</param>
public sealed record SchemaToCheck(
    string Workspace,
    Guid ConnectionId,
    string Object,
    int Attempt,
    DateTimeOffset? DoubtedAt
);

/// <summary>The last good schema of every mapped object.</summary>
public sealed class SchemaCopies(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Claims schemas whose time has come; a claim lapses after a minute.</summary>
    public async Task<IReadOnlyList<SchemaToCheck>> ClaimAsync(int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var rows = await connection.QueryAsync<SchemaToCheck>(
            new CommandDefinition(
                """
                update schema_check s
                   set check_at = @until, attempt = s.attempt + 1
                  from (select connection_id, object from schema_check
                         where check_at <= @now
                         order by check_at
                         limit @most
                           for update skip locked) k
                 where s.connection_id = k.connection_id and s.object = k.object
                returning s.workspace as "Workspace", s.connection_id as "ConnectionId", s.object as "Object", s.attempt as "Attempt", s.doubted_at as "DoubtedAt"
                """,
                new
                {
                    now,
                    most,
                    until = now.AddMinutes(1),
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows];
    }

    /// <summary>Keeps a schema that was read; when it is another one, what failed under the last is taken up again.</summary>
    public async Task KeepAsync(
        SchemaToCheck check,
        CrmSchema schema,
        TimeSpan next,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await KeepAsync(connection, transaction, check.ConnectionId, schema, cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update schema_check
                   set attempt = 0,
                       -- What was contradicted while it was read is read again.
                       check_at = case when doubted_at is distinct from @DoubtedAt then check_at else @at end,
                       doubted_at = case when doubted_at is distinct from @DoubtedAt then doubted_at end
                 where connection_id = @ConnectionId and object = @Object
                """,
                new
                {
                    at = clock.GetUtcNow() + next,
                    check.ConnectionId,
                    check.Object,
                    check.DoubtedAt,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Keeps a schema within the caller's transaction.</summary>
    public static async Task KeepAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid connectionId,
        CrmSchema schema,
        CancellationToken cancellationToken
    )
    {
        // When it was read is no part of what it says.
        var text = JsonSerializer.Serialize(schema with { ReadAt = default }, FieldJson.Default.CrmSchema);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                with kept as (
                    insert into schema_copy as s (connection_id, object, schema, revision, read_at)
                    values (@connectionId, @Object, @text::jsonb, 1, @ReadAt)
                    on conflict (connection_id, object) do update
                       set schema = excluded.schema, revision = s.revision + 1, read_at = excluded.read_at
                     where s.schema <> excluded.schema
                    returning connection_id)
                update connection c set revision = c.revision + 1 from kept where c.id = kept.connection_id
                """,
                new
                {
                    connectionId,
                    schema.Object,
                    text,
                    schema.ReadAt,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }

    public async Task CheckLaterAsync(SchemaToCheck check, TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "update schema_check set check_at = @at where connection_id = @ConnectionId and object = @Object",
                new
                {
                    at = clock.GetUtcNow() + wait,
                    check.ConnectionId,
                    check.Object,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Has the schemas of these connections read soon: the CRM refused what ours would allow.</summary>
    public async Task CheckSoonAsync(
        IReadOnlyCollection<(string Workspace, Guid ConnectionId)> connections,
        CancellationToken cancellationToken
    )
    {
        if (connections.Count == 0)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update schema_check s set check_at = least(s.check_at, @soon), doubted_at = @now
                  from unnest(@workspaces, @ids) as k (workspace, id)
                 where s.workspace = k.workspace and s.connection_id = k.id
                """,
                new
                {
                    now,
                    // A burst of refusals is one reason to look, not hundreds.
                    soon = now.AddSeconds(5),
                    workspaces = connections.Select(one => one.Workspace).ToArray(),
                    ids = connections.Select(one => one.ConnectionId).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }
}
