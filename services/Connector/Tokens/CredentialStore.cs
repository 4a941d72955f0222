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
               c.auth, c.user_id, c.username, k.key_version, k.data_key, k.client_id, k.client_secret, k.access_token,
               k.refresh_token, k.private_key, k.api_url, k.refused_at, k.refused_code
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
            insert into credential
                (connection_id, key_version, data_key, client_id, client_secret, access_token, refresh_token, private_key,
                 api_url)
            values
                (@ConnectionId, @KeyVersion, @DataKey, @ClientId, @ClientSecret, @AccessToken, @RefreshToken, @PrivateKey,
                 @ApiUrl)
            """,
            new
            {
                credential.ConnectionId,
                credential.KeyVersion,
                credential.DataKey,
                credential.ClientId,
                credential.ClientSecret,
                credential.AccessToken,
                credential.RefreshToken,
                credential.PrivateKey,
                credential.ApiUrl,
            },
            transaction
        );

    /// <summary>
    /// The CRM let us in: the connection is connected, since now if it was not before. A refresh token that came with it is
    /// stored in the same step: the old one may be dead already.
    /// </summary>
    /// <param name="refreshToken">Null leaves the one that is held.</param>
    public static Task SaveTokenAsync(
        Credential credential,
        byte[] accessToken,
        byte[]? refreshToken,
        Uri apiUrl,
        string userId,
        DateTimeOffset now,
        NpgsqlTransaction transaction
    ) =>
        transaction.Connection!.ExecuteAsync(
            $"""
            update credential
            set access_token = @accessToken, refresh_token = coalesce(@refreshToken, refresh_token), api_url = @apiUrl,
                refused_at = null, refused_code = null
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
                refreshToken,
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
            update credential set access_token = null, refused_at = @now, refused_code = @Code
            where connection_id = @ConnectionId;
            update connection
            set status = '{ConnectionStatus.ReconnectionRequired}', status_cause = @Cause, status_fix = @Fix,
                status_since = case when status = '{ConnectionStatus.ReconnectionRequired}' then status_since else @now end
            where id = @ConnectionId
            """,
            new
            {
                credential.ConnectionId,
                failure.Code,
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
            update connection set instance_url = @instanceUrl, auth = 'clientCredentials' where id = @ConnectionId
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

    /// <summary>
    /// Drops all that lets us in, and says so: the connection is disconnected. The secret of an app that asks for itself goes
    /// too, for it is all that it needs; that of an app which people authorise opens nothing without them, and stays.
    /// </summary>
    public static Task DropAsync(
        Guid connectionId,
        string cause,
        string fix,
        DateTimeOffset now,
        NpgsqlTransaction transaction
    ) =>
        transaction.Connection!.ExecuteAsync(
            $"""
            update credential k
            set access_token = null, refresh_token = null, private_key = null, refused_at = null, refused_code = null,
                client_secret = case when c.auth = '{ConnectionAuth.WebServer}' then k.client_secret end
            from connection c where k.connection_id = @connectionId and c.id = k.connection_id;
            update connection
            set status = '{ConnectionStatus.Disconnected}', status_cause = @cause, status_fix = @fix, status_since = @now
            where id = @connectionId
            """,
            new
            {
                connectionId,
                cause,
                fix,
                now,
            },
            transaction
        );

    /// <summary>Puts what a person has authorised anew in the place of what was held, under the same data key.</summary>
    /// <param name="authorised">The connection as it is from now on: its org, its user, where it logs in.</param>
    /// <param name="credential">Its secrets.</param>
    public static Task ReplaceAsync(Connection authorised, Credential credential, NpgsqlTransaction transaction) =>
        transaction.Connection!.ExecuteAsync(
            $"""
            update credential
            set key_version = @KeyVersion, data_key = @DataKey, client_id = @ClientId, client_secret = @ClientSecret,
                access_token = @AccessToken, refresh_token = @RefreshToken, private_key = @PrivateKey, api_url = @ApiUrl,
                refused_at = null, refused_code = null
            where connection_id = @ConnectionId;
            update connection
            set status = '{ConnectionStatus.Connected}', status_cause = null, status_fix = null, status_since = @StatusSince,
                instance_url = @InstanceUrl, auth = @Auth, environment = @Environment, org_id = @OrgId, org_name = @OrgName,
                user_id = @UserId, username = @Username
            where id = @ConnectionId
            """,
            new
            {
                credential.ConnectionId,
                credential.KeyVersion,
                credential.DataKey,
                credential.ClientId,
                credential.ClientSecret,
                credential.AccessToken,
                credential.RefreshToken,
                credential.PrivateKey,
                credential.ApiUrl,
                authorised.StatusSince,
                authorised.InstanceUrl,
                authorised.Auth,
                authorised.Environment,
                authorised.OrgId,
                authorised.OrgName,
                authorised.UserId,
                authorised.Username,
            },
            transaction
        );
}
