using Dapper;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Sealing;
using LeadSync.Crm;
using LeadSync.Hosting;
using Npgsql;

namespace LeadSync.Connector.Tokens;

/// <summary>A token that is dropped here and to be revoked at the CRM. Sealed by the data key that comes with it.</summary>
public sealed record Revocation
{
    public const string TokenField = "revoked_token";

    public long RevocationId { get; init; }
    public required Guid ConnectionId { get; init; }
    public required string Workspace { get; init; }
    public required int KeyVersion { get; init; }
    public required byte[] DataKey { get; init; }
    public required string LoginUrl { get; init; }
    public required byte[] Token { get; init; }
    public int Attempts { get; init; }

    public override string ToString() => $"{nameof(Revocation)} of {ConnectionId}";
}

/// <summary>
/// Gives access back to the CRM: at once where it answers, else again and again for a week. Here the token is gone by then:
/// nothing can use it any more, whatever the CRM still believes.
/// </summary>
public sealed class Revocations(
    NpgsqlDataSource database,
    Login login,
    MasterKey master,
    HistoryStore history,
    TimeProvider clock,
    ILogger<Revocations> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);

    // A minute, doubling, to six hours: about a week in all.
    private const int MostAttempts = 35;

    /// <summary>Stores, in a transaction, that a token is to be revoked; due at once.</summary>
    public static Task OweAsync(
        Guid connectionId,
        string workspace,
        DataKey key,
        string loginUrl,
        string token,
        DateTimeOffset now,
        NpgsqlTransaction transaction
    ) =>
        transaction.Connection!.ExecuteAsync(
            """
            insert into revocation (connection_id, workspace, key_version, data_key, login_url, token, due_at)
            values (@connectionId, @workspace, @Version, @SealedKey, @loginUrl, @sealedToken, @now)
            """,
            new
            {
                connectionId,
                workspace,
                key.Version,
                key.SealedKey,
                loginUrl,
                sealedToken = key.Seal(Revocation.TokenField, token),
                now,
            },
            transaction
        );

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Revoking tokens", Pause, stopping => RunOnceAsync(null, stopping), clock, log, stoppingToken);

    /// <summary>Revokes what a connection owes now; what the CRM does not take is tried again later.</summary>
    public async Task TryAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        while (await RunOnceAsync(connectionId, cancellationToken)) { }
    }

    /// <summary>Tries one token that is due; false when none is.</summary>
    public async Task<bool> RunOnceAsync(Guid? connectionId, CancellationToken cancellationToken)
    {
        if (await TakeAsync(connectionId, cancellationToken) is not { } owed)
            return false;
        try
        {
            var key = master.OpenDataKey(owed.Workspace, owed.ConnectionId, owed.KeyVersion, owed.DataKey);
            var token = key.Open(Revocation.TokenField, owed.Token);
            await login.RevokeAsync(new Uri(owed.LoginUrl), token, cancellationToken);
        }
        catch (CrmException) when (owed.Attempts < MostAttempts)
        {
            return true;
        }
        catch (CrmException fault)
        {
            log.LogError(
                "A token of connection {ConnectionId} could not be revoked ({Code}); revoke it in the CRM",
                owed.ConnectionId,
                fault.Failure.Code
            );
            await EndAsync(owed, Did.RevocationGivenUp, fault.Failure.Code, cancellationToken);
            return true;
        }
        await EndAsync(owed, Did.TokenRevoked, code: null, cancellationToken);
        return true;
    }

    // Its next attempt is set before this one: a replica that dies leaves it to another, later.
    private async Task<Revocation?> TakeAsync(Guid? connectionId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Revocation>(
            new CommandDefinition(
                """
                update revocation
                set attempts = attempts + 1,
                    due_at = @now + least(@LongestWait, interval '1 minute' * power(2, least(attempts, 20)))
                where revocation_id = (
                    select revocation_id from revocation
                    where due_at <= @now and (@connectionId::uuid is null or connection_id = @connectionId)
                    order by due_at limit 1 for update skip locked
                )
                returning revocation_id, connection_id, workspace, key_version, data_key, login_url, token, attempts
                """,
                new
                {
                    now,
                    connectionId,
                    LongestWait,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    private async Task EndAsync(Revocation owed, string what, string? code, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(
                new CommandDefinition(
                    "delete from revocation where revocation_id = @RevocationId",
                    new { owed.RevocationId },
                    cancellationToken: cancellationToken
                )
            );
        }
        await history.AddAsync(
            new Happening(owed.Workspace, owed.ConnectionId, clock.GetUtcNow(), "connector", what, code),
            cancellationToken
        );
    }
}
