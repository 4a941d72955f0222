using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Connector.Connections;

/// <summary>
/// Deauthorises a connection, at once: Push holds it, what lets us in is dropped here and revoked at the CRM, and then comes
/// the answer. Mappings and rules stay; what waits and what arrives is held.
/// </summary>
public sealed class Deauthorise(
    ConnectionStore connections,
    LiftHolds holds,
    Revocations revocations,
    MasterKey master,
    NpgsqlDataSource database,
    TimeProvider clock
)
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(5);

    public async Task<IResult> HandleAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is null)
            return ConnectionsApi.Missing(id);
        if (await RunAsync(id, HoldReason.Deauthorised, discard: false, caller, cancellationToken) is { } fault)
            return fault;
        return Results.Ok(await connections.FindAsync(caller.Workspace, id, cancellationToken));
    }

    /// <summary>Null when it is done; doing it again is no fault.</summary>
    public async Task<IResult?> RunAsync(
        Guid id,
        string reason,
        bool discard,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await DropAsync(id, reason, discard, caller, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return FailureCatalogue.Unavailable.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "Push does not answer, so it cannot be promised that no call starts any more. Repeat it: the connection is still authorised.",
                retryAfter: ComeBack
            );
        }
        // The answer does not wait for a CRM that is away: nothing here can use the token any more.
        await revocations.TryAsync(id, cancellationToken);
        return null;
    }

    private async Task DropAsync(
        Guid id,
        string reason,
        bool discard,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await holds.HoldAsync(caller.Workspace, id, reason, discard, transaction, cancellationToken);
        // A renewal under way has the lock: what it brings is dropped too.
        var held = await CredentialStore.LockAsync(id, transaction, cancellationToken);
        if (held is null || held.Status == ConnectionStatus.Disconnected)
        {
            await transaction.CommitAsync(CancellationToken.None);
            return;
        }
        var now = clock.GetUtcNow();
        await OweRevocationAsync(held, held.Open(master), now, transaction);
        await CredentialStore.DropAsync(
            id,
            FailureCatalogue.Disconnected.Cause,
            FailureCatalogue.Disconnected.Fix,
            now,
            transaction
        );
        await HistoryStore.AddAsync(new Happening(held.Workspace, id, now, caller.Name, Did.Deauthorised), transaction);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Stores that what a credential holds is to be revoked, if it holds anything.</summary>
    internal static async Task OweRevocationAsync(
        Credential held,
        DataKey key,
        DateTimeOffset now,
        NpgsqlTransaction transaction
    )
    {
        // Revoking a refresh token ends the sessions that came of it too.
        var token =
            held.RefreshToken is not null ? key.Open(Credential.RefreshTokenField, held.RefreshToken)
            : held.AccessToken is not null ? key.Open(Credential.AccessTokenField, held.AccessToken)
            : null;
        if (token is not null)
            await Revocations.OweAsync(
                held.ConnectionId,
                held.Workspace,
                key,
                held.InstanceUrl,
                token,
                now,
                transaction
            );
    }
}
