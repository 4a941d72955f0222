using System.Security.Cryptography;
using LeadSync.Connector.Connections;
using LeadSync.Connector.OAuth;
using LeadSync.Connector.Sealing;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Crm.Outbound;
using LeadSync.Crm.Salesforce;

namespace LeadSync.Connector.Tokens;

/// <summary>Asks a CRM for access, and believes no answer that would send us to a host of someone else's.</summary>
/// <remarks>
/// Throws <see cref="CrmException"/> as <see cref="SalesforceAuth"/> does; never of another kind for a slow answer.
/// </remarks>
public sealed class Login(SalesforceAuth salesforce, SalesforceApps apps, HostGuard hosts)
{
    // A row is locked meanwhile, and the asker waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Access with an app's own key and secret.</summary>
    public Task<CrmToken> AskAsync(
        Uri domain,
        string clientId,
        string clientSecret,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            limit => salesforce.UseClientCredentialsAsync(domain, clientId, clientSecret, limit),
            cancellationToken
        );

    /// <summary>Access for a user who was approved for an app, by what the app's private key signs.</summary>
    /// <exception cref="CryptographicException">The text is no private key.</exception>
    public async Task<CrmToken> AskAsync(
        Uri login,
        string clientId,
        string username,
        string privateKey,
        CancellationToken cancellationToken
    )
    {
        using var key =
            PrivateKeys.Read(privateKey)
            ?? throw new CryptographicException("The text is no private key to sign with.");
        return await AskAsync(
            limit => salesforce.UseAssertionAsync(login, clientId, username, key, limit),
            cancellationToken
        );
    }

    /// <summary>Exchanges the code that came back from the CRM's page.</summary>
    public Task<CrmToken> ExchangeAsync(
        Consent consent,
        SalesforceApp app,
        string code,
        string verifier,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            limit => salesforce.ExchangeCodeAsync(consent.Login, app, code, verifier, consent.Callback, limit),
            cancellationToken
        );

    /// <summary>Renews what a connection gets in with, in the way that it was authorised.</summary>
    public Task<CrmToken> RenewAsync(Credential held, DataKey key, CancellationToken cancellationToken)
    {
        var login = new Uri(held.InstanceUrl);
        return held.Auth switch
        {
            ConnectionAuth.ClientCredentials => AskAsync(
                login,
                held.ClientId!,
                key.Open(Credential.ClientSecretField, held.ClientSecret!),
                cancellationToken
            ),
            ConnectionAuth.JwtBearer => AskAsync(
                login,
                held.ClientId!,
                held.Username!,
                key.Open(Credential.PrivateKeyField, held.PrivateKey!),
                cancellationToken
            ),
            _ when held.RefreshToken is null => throw new CrmException(NotRenewable()),
            _ => AskAsync(
                limit =>
                    salesforce.RefreshAsync(
                        login,
                        App(held.ClientId, held.ClientSecret, key, Credential.ClientSecretField),
                        key.Open(Credential.RefreshTokenField, held.RefreshToken),
                        limit
                    ),
                cancellationToken
            ),
        };
    }

    /// <summary>The app that a consent or a connection goes by: its own, or the installation's.</summary>
    /// <exception cref="CrmException">It has none of its own, and the installation no longer has one.</exception>
    public SalesforceApp App(string? clientId, byte[]? clientSecret, DataKey key, string secretField) =>
        clientId is not null
            ? new SalesforceApp(clientId, clientSecret is null ? null : key.Open(secretField, clientSecret))
            : apps.OfInstallation ?? throw new CrmException(NoApp());

    /// <summary>Gives a token back.</summary>
    public async Task RevokeAsync(Uri login, string token, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await salesforce.RevokeAsync(login, token, limit.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CrmException(TooSlow(), fault);
        }
    }

    private async Task<CrmToken> AskAsync(
        Func<CancellationToken, Task<CrmToken>> ask,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        CrmToken token;
        try
        {
            token = await ask(limit.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CrmException(TooSlow(), fault);
        }
        return hosts.Fault(new Uri(token.InstanceUrl, "/")) is { } why
            ? throw new CrmException(
                new CrmFailure(
                    "HOST_NOT_ALLOWED",
                    FailureClass.Session,
                    "",
                    $"Salesforce's login sent us to {token.InstanceUrl.Host}, which {why}.",
                    "Check the org's address; if it is right, tell LeadSync's operator."
                )
            )
            : token;
    }

    private static CrmFailure TooSlow() =>
        new(
            FailureCatalogue.CrmUnavailable.Code,
            FailureClass.Transient,
            "",
            $"Salesforce's login gave no answer within {Patience.TotalSeconds:0} seconds.",
            FailureCatalogue.CrmUnavailable.Fix
        );

    private static CrmFailure NoApp() =>
        new(
            FailureCatalogue.AuthApp.Code,
            FailureClass.Session,
            "",
            "The connection goes by the installation's own app, and the installation has none any more.",
            "Set OAuth:SalesforceClientId again, or reconnect with an app of the org's own."
        );

    private static CrmFailure NotRenewable() =>
        new(
            FailureCatalogue.AuthRevoked.Code,
            FailureClass.Session,
            "",
            "The session is over, and the app's policy gave nothing to renew it with.",
            "In Salesforce, let the app's refresh token policy be 'valid until revoked' and add the scope refresh_token; then reconnect."
        );
}

/// <summary>Private keys of apps, as people give them.</summary>
internal static class PrivateKeys
{
    private const int FewestBits = 2048;

    /// <summary>Null when the text is no RSA private key in PEM, or one of less than 2048 bits.</summary>
    public static RSA? Read(string pem)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            // A public key alone signs nothing.
            key.ExportParameters(includePrivateParameters: true);
            if (key.KeySize >= FewestBits)
                return key;
        }
        // Why is not passed on: the message may quote the text.
        catch (Exception fault) when (fault is ArgumentException or CryptographicException) { }
        key.Dispose();
        return null;
    }
}
