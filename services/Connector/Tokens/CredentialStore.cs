using Dapper;
using LeadSync.Connector.Connections;
using LeadSync.Crm;
using Npgsql;

namespace LeadSync.Connector.Tokens;

/// <summary>All SQL on the table <c>credential</c>, and on a connection's status, which changes with it.</summary>
public sealed class CredentialStore(NpgsqlDataSource database)
{
    // The lock is taken on the credential alone, so that showing connections never waits for a CRM's login.
    private const string Read = """
        select c.id as connection_id, c.workspace, c.system, c.status, c.status_cause, c.status_fix, c.instance_url, c.org_id,
               c.user_id, k.key_version, k.data_key, k.client_id, k.client_secret, k.access_token, k.api_url, k.refused_at
        from credential k join connection c on c.id = k.connection_id
        where k.connection_id = @connectionId
        """;

    public async Task<Credential?> FindAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Credential>(
            new CommandDefinition(Read, new { connectionId }, cancellationToken: cancellationToken)
        );
    }

    /// <summary>
    /// Reads a credential and keeps every other replica from changing it until the transaction ends. Waits ten seconds for
    /// the lock, then throws a fault that passes.
    /// </summary>
    public static async Task<Credential?> LockAsync(
        Guid connectionId,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await transaction.Connection!.ExecuteAsync("set local lock_timeout = '10s'", transaction: transaction);
        // Locked first and read by a statement of its own: the read must see what the one before us has committed.
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                "select from credential where connection_id = @connectionId for update",
                new { connectionId },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        return await transaction.Connection!.QuerySingleOrDefaultAsync<Credential>(
            new CommandDefinition(Read, new { connectionId }, transaction, cancellationToken: cancellationToken)
        );
    }

    public static Task InsertAsync(Credential credential, NpgsqlTransaction transaction) =>
        transaction.Connection!.ExecuteAsync(
            """
            insert into credential (connection_id, key_version, data_key, client_id, client_secret, access_token, api_url)
            values (@ConnectionId, @KeyVersion, @DataKey, @ClientId, @ClientSecret, @AccessToken, @ApiUrl)
            """,
            new
            {
                credential.ConnectionId,
                credential.KeyVersion,
                credential.DataKey,
                credential.ClientId,
                credential.ClientSecret,
                credential.AccessToken,
                credential.ApiUrl,
            },
            transaction
        );

    /// <summary>The CRM let us in: the connection is connected, since now if it was not before.</summary>
    public static Task SaveTokenAsync(
        Credential credential,
        byte[] accessToken,
        Uri apiUrl,
        string userId,
        DateTimeOffset now,
        NpgsqlTransaction transaction
    ) =>
        transaction.Connection!.ExecuteAsync(
            $"""
            update credential set access_token = @accessToken, api_url = @apiUrl, refused_at = null
            where connection_id = @ConnectionId;
            update connection
            set status = '{ConnectionStatus.Connected}', status_cause = null, status_fix = null, user_id = @userId,
                status_since = case when status = '{ConnectionStatus.Connected}' then status_since else @now end
            where id = @ConnectionId
            """,
            new
            {
                credential.ConnectionId,
                accessToken,
                apiUrl = apiUrl.GetLeftPart(UriPartial.Authority),
                userId,
                now,
            },
            transaction
        );

    /// <summary>The CRM no longer accepts the grant: someone must reconnect, since now if not since earlier.</summary>
    public static Task SaveRefusalAsync(
        Credential credential,
        CrmFailure failure,
        DateTimeOffset now,
        NpgsqlTransaction transaction
    ) =>
        transaction.Connection!.ExecuteAsync(
            $"""
            update credential set access_token = null, refused_at = @now where connection_id = @ConnectionId;
            update connection
            set status = '{ConnectionStatus.ReconnectionRequired}', status_cause = @Cause, status_fix = @Fix,
                status_since = case when status = '{ConnectionStatus.ReconnectionRequired}' then status_since else @now end
            where id = @ConnectionId
            """,
            new
            {
                credential.ConnectionId,
                failure.Cause,
                failure.Fix,
                now,
            },
            transaction
        );

    /// <summary>Another key or secret of the same org's app, or another address of the org.</summary>
    public static Task SaveSecretAsync(
        Credential credential,
        Uri domain,
        string clientId,
        byte[] clientSecret,
        NpgsqlTransaction transaction
    ) =>
        transaction.Connection!.ExecuteAsync(
            """
            update credential set client_id = @clientId, client_secret = @clientSecret where connection_id = @ConnectionId;
            update connection set instance_url = @instanceUrl where id = @ConnectionId
            """,
            new
            {
                credential.ConnectionId,
                clientId,
                clientSecret,
                instanceUrl = domain.GetLeftPart(UriPartial.Authority),
            },
            transaction
        );
}
