using Dapper;
using LeadSync.Connector.Tokens;
using Npgsql;

namespace LeadSync.Connector.Connections;

/// <summary>All SQL on the table <c>connection</c>, but for its status, which changes with the token.</summary>
public sealed class ConnectionStore(NpgsqlDataSource database)
{
    private const string Columns = """
        id, name, system, direction, status, status_cause, status_fix, status_since, instance_url, auth, environment, org_id,
        org_name, user_id, username, created_at
        """;

    public async Task<IReadOnlyList<Connection>> ListAsync(string workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (
            await connection.QueryAsync<Connection>(
                new CommandDefinition(
                    $"select {Columns} from connection where workspace = @workspace order by name",
                    new { workspace },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
    }

    public async Task<Connection?> FindAsync(string workspace, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Connection>(
            new CommandDefinition(
                $"select {Columns} from connection where workspace = @workspace and id = @id",
                new { workspace, id },
                cancellationToken: cancellationToken
            )
        );
    }

    public async Task<bool> IsNamedAsync(string workspace, string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                "select exists (select from connection where workspace = @workspace and name = @name)",
                new { workspace, name },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Whether an org has a connection already, of whichever workspace.</summary>
    public async Task<bool> IsOrgTakenAsync(string system, string orgId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                "select exists (select from connection where system = @system and org_id = @orgId)",
                new { system, orgId },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Stores a connection with its credentials, or says which other one stands in the way.</summary>
    public async Task<Collision> InsertAsync(
        string workspace,
        Connection made,
        Credential credential,
        Happening happening,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var collision = await InsertAsync(workspace, made, credential, happening, transaction);
        if (collision == Collision.None)
            await transaction.CommitAsync(cancellationToken);
        return collision;
    }

    /// <summary>The same within a transaction, which is of no more use once there was a collision.</summary>
    public static async Task<Collision> InsertAsync(
        string workspace,
        Connection made,
        Credential credential,
        Happening happening,
        NpgsqlTransaction transaction
    )
    {
        try
        {
            await transaction.Connection!.ExecuteAsync(
                """
                insert into connection
                    (id, workspace, name, system, direction, status, status_since, instance_url, auth, environment, org_id,
                     org_name, user_id, username, created_at, probed_at)
                values
                    (@Id, @workspace, @Name, @System, @Direction, @Status, @StatusSince, @InstanceUrl, @Auth, @Environment,
                     @OrgId, @OrgName, @UserId, @Username, @CreatedAt, @CreatedAt)
                """,
                new
                {
                    workspace,
                    made.Id,
                    made.Name,
                    made.System,
                    made.Direction,
                    made.Status,
                    made.StatusSince,
                    made.InstanceUrl,
                    made.Auth,
                    made.Environment,
                    made.OrgId,
                    made.OrgName,
                    made.UserId,
                    made.Username,
                    made.CreatedAt,
                },
                transaction
            );
            await CredentialStore.InsertAsync(credential, transaction);
            await HistoryStore.AddAsync(happening, transaction);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return fault.ConstraintName == "connection_name_unique" ? Collision.Name : Collision.Org;
        }
        return Collision.None;
    }

    /// <summary>
    /// Takes the connection that has gone longest without a probe, if that is long enough; each is taken by one replica only.
    /// </summary>
    public async Task<Guid?> TakeForProbeAsync(DateTimeOffset now, TimeSpan every, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(
            new CommandDefinition(
                """
                update connection set probed_at = @now
                where id = (
                    select id from connection where probed_at <= @before and status <> 'disconnected'
                    order by probed_at limit 1 for update skip locked
                )
                returning id
                """,
                new { now, before = now - every },
                cancellationToken: cancellationToken
            )
        );
    }
}

/// <summary>What of another connection stands in a new one's way.</summary>
public enum Collision
{
    None,
    Name,
    Org,
}
