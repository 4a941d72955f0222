using Dapper;
using LeadSync.Connector.Connections;
using Npgsql;

namespace LeadSync.Connector.OAuth;

/// <summary>All SQL on the table <c>consent</c>. Each step is taken once, whoever else tries at the same time.</summary>
public sealed class ConsentStore(NpgsqlDataSource database)
{
    private const string Columns = """
        id, connection_id, workspace, made_by, purpose, name, direction, system, environment, login_url, callback_url,
        another_account, by_link, client_id, client_secret, key_version, data_key, browser_hash, state_expires_at, verifier,
        step, failure_code, failure_detail, org_id, org_name, user_id, username, api_url, access_token, refresh_token,
        made_at, expires_at
        """;

    public async Task InsertAsync(
        Consent consent,
        byte[]? linkHash,
        byte[]? stateHash,
        Happening happening,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            insert into consent
                (id, connection_id, workspace, made_by, purpose, name, direction, system, environment, login_url,
                 callback_url, another_account, by_link, client_id, client_secret, key_version, data_key, link_hash,
                 state_hash, state_expires_at, verifier, step, made_at, expires_at)
            values
                (@Id, @ConnectionId, @Workspace, @MadeBy, @Purpose, @Name, @Direction, @System, @Environment, @LoginUrl,
                 @CallbackUrl, @AnotherAccount, @ByLink, @ClientId, @ClientSecret, @KeyVersion, @DataKey, @linkHash,
                 @stateHash, @StateExpiresAt, @Verifier, @Step, @MadeAt, @ExpiresAt)
            """,
            new
            {
                consent.Id,
                consent.ConnectionId,
                consent.Workspace,
                consent.MadeBy,
                consent.Purpose,
                consent.Name,
                consent.Direction,
                consent.System,
                consent.Environment,
                consent.LoginUrl,
                consent.CallbackUrl,
                consent.AnotherAccount,
                consent.ByLink,
                consent.ClientId,
                consent.ClientSecret,
                consent.KeyVersion,
                consent.DataKey,
                linkHash,
                stateHash,
                consent.StateExpiresAt,
                consent.Verifier,
                consent.Step,
                consent.MadeAt,
                consent.ExpiresAt,
            },
            transaction
        );
        await HistoryStore.AddAsync(happening, transaction);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<Consent?> FindAsync(string workspace, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Consent>(
            new CommandDefinition(
                $"select {Columns} from consent where workspace = @workspace and id = @id",
                new { workspace, id },
                cancellationToken: cancellationToken
            )
        );
    }

    public async Task<Consent?> FindByLinkAsync(byte[] linkHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Consent>(
            new CommandDefinition(
                $"select {Columns} from consent where link_hash = @linkHash",
                new { linkHash },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>The consent that a browser followed a link for, by its cookie.</summary>
    public async Task<Consent?> FindByBrowserAsync(byte[] browserHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Consent>(
            new CommandDefinition(
                $"select {Columns} from consent where browser_hash = @browserHash and by_link",
                new { browserHash },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Follows a connect link to the CRM; false when it was followed before, or has expired.</summary>
    public async Task<bool> FollowLinkAsync(
        Consent consent,
        byte[] browserHash,
        byte[] stateHash,
        byte[] verifier,
        DateTimeOffset stateExpiresAt,
        Happening happening,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var followed = await connection.ExecuteAsync(
            """
            update consent set step = 'asked', browser_hash = @browserHash, state_hash = @stateHash, verifier = @verifier,
                state_expires_at = @stateExpiresAt, expires_at = @stateExpiresAt
            where id = @Id and step = 'waiting' and expires_at > @At
            """,
            new
            {
                consent.Id,
                browserHash,
                stateHash,
                verifier,
                stateExpiresAt,
                happening.At,
            },
            transaction
        );
        if (followed == 0)
            return false;
        await HistoryStore.AddAsync(happening, transaction);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>
    /// Takes the state that came to the callback: it counts once. Gives its consent, and whether it was taken before; null
    /// when nobody was given such a state.
    /// </summary>
    public async Task<(Consent Consent, bool IsFirst)?> TakeStateAsync(
        byte[] stateHash,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var taken = await connection.QuerySingleOrDefaultAsync<Consent>(
            new CommandDefinition(
                $"""
                update consent set state_used_at = @now where state_hash = @stateHash and state_used_at is null
                returning {Columns}
                """,
                new { stateHash, now },
                cancellationToken: cancellationToken
            )
        );
        if (taken is not null)
            return (taken, true);
        var known = await connection.QuerySingleOrDefaultAsync<Consent>(
            new CommandDefinition(
                $"select {Columns} from consent where state_hash = @stateHash",
                new { stateHash },
                cancellationToken: cancellationToken
            )
        );
        return known is null ? null : (known, false);
    }

    /// <summary>Keeps what the CRM gave, until a person confirms it.</summary>
    public async Task ShowAsync(Consent shown, Happening happening, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            update consent set step = 'shown', verifier = null, org_id = @OrgId, org_name = @OrgName, user_id = @UserId,
                username = @Username, api_url = @ApiUrl, access_token = @AccessToken, refresh_token = @RefreshToken,
                expires_at = @ExpiresAt
            where id = @Id
            """,
            new
            {
                shown.Id,
                shown.OrgId,
                shown.OrgName,
                shown.UserId,
                shown.Username,
                shown.ApiUrl,
                shown.AccessToken,
                shown.RefreshToken,
                shown.ExpiresAt,
            },
            transaction
        );
        await HistoryStore.AddAsync(happening, transaction);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Ends a consent without a connection; its secrets are dropped. What it was given is to be revoked by then.</summary>
    public static async Task RefuseAsync(
        Consent consent,
        string code,
        string detail,
        Happening happening,
        NpgsqlTransaction transaction
    )
    {
        await transaction.Connection!.ExecuteAsync(
            """
            update consent set step = 'refused', failure_code = @code, failure_detail = @detail, verifier = null,
                client_secret = null, access_token = null, refresh_token = null
            where id = @Id
            """,
            new
            {
                consent.Id,
                code,
                detail,
            },
            transaction
        );
        await HistoryStore.AddAsync(happening, transaction);
    }

    /// <summary>Reads a consent and keeps every other replica from taking its next step until the transaction ends.</summary>
    public static Task<Consent?> LockAsync(Guid id, NpgsqlTransaction transaction) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Consent>(
            $"select {Columns} from consent where id = @id for update",
            new { id },
            transaction
        );

    /// <summary>It is a connection now, which has its secrets.</summary>
    public static Task ConfirmAsync(Consent consent, NpgsqlTransaction transaction) =>
        transaction.Connection!.ExecuteAsync(
            """
            update consent set step = 'confirmed', client_secret = null, access_token = null, refresh_token = null
            where id = @Id
            """,
            new { consent.Id },
            transaction
        );

    /// <summary>The consents whose time is over and that nobody has ended.</summary>
    public async Task<IReadOnlyList<Consent>> ListExpiredAsync(
        DateTimeOffset now,
        int most,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (
            await connection.QueryAsync<Consent>(
                new CommandDefinition(
                    $"""
                    select {Columns} from consent
                    where step in ('waiting', 'asked', 'shown') and expires_at <= @now order by expires_at limit @most
                    """,
                    new { now, most },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
    }

    /// <summary>Forgets consents that have ended, and whose time was over before then; gives how many.</summary>
    public async Task<int> ForgetEndedAsync(DateTimeOffset before, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(
            new CommandDefinition(
                """
                delete from consent where id in (
                    select id from consent where step in ('confirmed', 'refused') and expires_at < @before limit @most
                )
                """,
                new { before, most },
                cancellationToken: cancellationToken
            )
        );
    }
}
