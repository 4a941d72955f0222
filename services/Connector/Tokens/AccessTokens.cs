using System.Security.Cryptography;
using System.Text;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Sealing;
using LeadSync.Contracts;
using LeadSync.Crm;
using Npgsql;

namespace LeadSync.Connector.Tokens;

/// <summary>
/// Holds one access token for each connection, and has it renewed once for each expiry over all replicas: whoever gets the
/// lock renews, the others find the new one.
/// </summary>
public sealed class AccessTokens(
    CredentialStore credentials,
    Login login,
    MasterKey master,
    NpgsqlDataSource database,
    ConnectorOptions options,
    TimeProvider clock,
    ILogger<AccessTokens> log
)
{
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Gives the token that is held, unless it is the one that was refused: then a new one.</summary>
    /// <param name="refusedToken">SHA-256 of a token that the CRM refused, in lower-case hex; null when none was.</param>
    /// <exception cref="CrmException">
    /// Class <see cref="FailureClass.Session"/>: the connection is now one that must be reconnected. Class
    /// <see cref="FailureClass.Transient"/>: the CRM could not be asked, and nothing has changed.
    /// </exception>
    /// <exception cref="KeyNotFoundException">There is no such connection.</exception>
    public async Task<Access> GetAsync(Guid connectionId, string? refusedToken, CancellationToken cancellationToken)
    {
        var held = await credentials.FindAsync(connectionId, cancellationToken) ?? throw Unknown(connectionId);
        return Usable(held, refusedToken) ?? await RenewAsync(connectionId, refusedToken, cancellationToken);
    }

    /// <summary>SHA-256 of a token in lower-case hex, as <see cref="GrantRequest.RefusedToken"/> has it.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private Access? Usable(Credential held, string? refusedToken)
    {
        if (held.Status == ConnectionStatus.Disconnected)
            throw new CrmException(Remembered(held));
        if (held.AccessToken is null)
            return null;
        var token = held.Open(master).Open(Credential.AccessTokenField, held.AccessToken);
        return refusedToken is not null && Hash(token) == refusedToken
            ? null
            : new Access(held.ConnectionId, new Uri(held.ApiUrl), token, held.OrgId, held.UserId);
    }

    private async Task<Access> RenewAsync(Guid connectionId, string? refusedToken, CancellationToken cancellationToken)
    {
        // Askers of this replica wait here, not each on a database connection of its own.
        var gate = _gates[(uint)connectionId.GetHashCode() % (uint)_gates.Length];
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await RenewAloneAsync(connectionId, refusedToken, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Access> RenewAloneAsync(
        Guid connectionId,
        string? refusedToken,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var held =
            await CredentialStore.LockAsync(connectionId, transaction, cancellationToken)
            ?? throw Unknown(connectionId);
        // Another may have renewed it while we waited for the lock.
        if (Usable(held, refusedToken) is { } renewedMeanwhile)
            return renewedMeanwhile;
        if (held.IsOver || held.RefusedAt + options.RetryRefusedAfter > clock.GetUtcNow())
            throw new CrmException(Remembered(held));

        var key = held.Open(master);
        CrmToken token;
        try
        {
            // Not the asker's to stop: a rotated refresh token that comes back to nobody would end the authorisation.
            token = await login.RenewAsync(held, key, CancellationToken.None);
            if (token.OrgId != held.OrgId)
                throw new CrmException(OtherOrg(token.OrgId));
        }
        catch (CrmException fault) when (fault.Failure.Class == FailureClass.Session)
        {
            if (held.Status != ConnectionStatus.ReconnectionRequired)
            {
                log.LogError(
                    "Connection {ConnectionId} must be reconnected ({Code}): {Cause}",
                    connectionId,
                    fault.Failure.Code,
                    fault.Failure.Cause
                );
                await HistoryStore.AddAsync(Refused(held, fault.Failure), transaction);
            }
            await CredentialStore.SaveRefusalAsync(held, fault.Failure, clock.GetUtcNow(), transaction);
            await transaction.CommitAsync(CancellationToken.None);
            throw;
        }
        await CredentialStore.SaveTokenAsync(
            held,
            key.Seal(Credential.AccessTokenField, token.AccessToken),
            token.RefreshToken is null ? null : key.Seal(Credential.RefreshTokenField, token.RefreshToken),
            token.InstanceUrl,
            token.UserId,
            clock.GetUtcNow(),
            transaction
        );
        // Whoever asked may have gone away; the token is here and others need it.
        await transaction.CommitAsync(CancellationToken.None);
        return new Access(connectionId, token.InstanceUrl, token.AccessToken, token.OrgId, token.UserId);
    }

    private static CrmFailure Remembered(Credential held) =>
        new(
            held.Status == ConnectionStatus.Disconnected
                ? FailureCatalogue.Disconnected.Code
                : FailureCatalogue.AuthRevoked.Code,
            FailureClass.Session,
            "",
            held.StatusCause ?? FailureCatalogue.AuthRevoked.Cause,
            held.StatusFix ?? FailureCatalogue.AuthRevoked.Fix
        );

    private Happening Refused(Credential held, CrmFailure failure) =>
        new(
            held.Workspace,
            held.ConnectionId,
            clock.GetUtcNow(),
            "connector",
            Did.ReconnectionRequired,
            failure.Code,
            failure.Cause
        );

    private static CrmFailure OtherOrg(string orgId) =>
        new(
            FailureCatalogue.AuthRevoked.Code,
            FailureClass.Session,
            "",
            $"The address now leads to another org ({orgId}).",
            "Make a connection of its own for that org, or let the address lead to the old one again."
        );

    private static KeyNotFoundException Unknown(Guid connectionId) => new($"There is no connection {connectionId}.");
}
