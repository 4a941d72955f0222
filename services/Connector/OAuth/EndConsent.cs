using LeadSync.Connector.Connections;
using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting;
using Npgsql;

namespace LeadSync.Connector.OAuth;

/// <summary>
/// Ends consents that come to nothing: refused, cancelled, or never confirmed. What the CRM has given by then is given back:
/// a user may have five authorisations of an app, and the sixth ends the first. What has ended is forgotten after a while; who
/// did what stays in the history.
/// </summary>
public sealed class EndConsent(
    ConsentStore consents,
    Revocations revocations,
    MasterKey master,
    NpgsqlDataSource database,
    OAuthOptions options,
    TimeProvider clock,
    ILogger<EndConsent> log
) : BackgroundService
{
    private const int AtOnce = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <param name="given">What the CRM gave and was not kept with the consent.</param>
    public async Task RefuseAsync(
        Consent consent,
        OAuthError error,
        string who,
        CrmToken? given,
        CancellationToken cancellationToken
    )
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            // What somebody confirms in this very moment is a connection's, and stays.
            var held = (await ConsentStore.LockAsync(consent.Id, transaction))!;
            var key = held.Open(master);
            if (Token(held, key, given) is { } token)
                await Revocations.OweAsync(
                    held.ConnectionId,
                    held.Workspace,
                    key,
                    held.LoginUrl,
                    token,
                    clock.GetUtcNow(),
                    transaction
                );
            if (held.Step is not (ConsentStep.Confirmed or ConsentStep.Refused))
                await ConsentStore.RefuseAsync(
                    held,
                    error.Kind.Code,
                    error.Detail,
                    Refused(held, error, who),
                    transaction
                );
            await transaction.CommitAsync(CancellationToken.None);
        }
        await revocations.TryAsync(consent.ConnectionId, cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Ending consents", Pause, RunOnceAsync, clock, log, stoppingToken);

    /// <summary>Ends some whose time is over, and forgets some that ended long ago; false when none is left.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var expired = await consents.ListExpiredAsync(now, AtOnce, cancellationToken);
        foreach (var consent in expired)
        {
            var error = new OAuthError(FailureCatalogue.ConsentExpired, "Nobody finished it in time.");
            await RefuseAsync(consent, error, "connector", given: null, cancellationToken);
        }
        var forgotten = await consents.ForgetEndedAsync(now - options.KeepEnded, AtOnce, cancellationToken);
        return expired.Count == AtOnce || forgotten == AtOnce;
    }

    // Revoking a refresh token ends the sessions that came of it too.
    private static string? Token(Consent held, DataKey key, CrmToken? given) =>
        given is not null ? given.RefreshToken ?? given.AccessToken
        : held.Step != ConsentStep.Shown ? null
        : held.RefreshToken is not null ? key.Open(Consent.RefreshTokenField, held.RefreshToken)
        : held.AccessToken is not null ? key.Open(Consent.AccessTokenField, held.AccessToken)
        : null;

    private Happening Refused(Consent held, OAuthError error, string who) =>
        new(
            held.Workspace,
            held.ConnectionId,
            clock.GetUtcNow(),
            who,
            Did.ConsentRefused,
            error.Kind.Code,
            error.Detail
        );
}
