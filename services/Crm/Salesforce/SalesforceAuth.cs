using System.Security.Cryptography;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Gets access to an org, in each of the ways that Salesforce has for an app, and gives it back. Nothing is repeated here: who
/// asks knows whether it may be asked twice.
/// </summary>
/// <remarks>
/// Every method throws <see cref="CrmException"/>: of class <see cref="FailureClass.Session"/> when a person must act,
/// <see cref="FailureClass.Transient"/> when it passes by itself. That nobody answered is always the latter: it says nothing
/// about the grant.
/// </remarks>
public sealed class SalesforceAuth(HttpClient http, SalesforceOptions options, TimeProvider clock)
{
    private readonly SalesforceTokenCall _calls = new(http, options, clock);

    /// <summary>
    /// The page on which a person lets the app act for them (web server flow). PKCE binds the code that comes of it to
    /// <paramref name="challenge"/>, so that nobody who sees it can use it.
    /// </summary>
    /// <param name="login">Where the person logs in: Salesforce's login for production or for sandboxes, or the org's own address.</param>
    /// <param name="callback">Exactly as the app has it.</param>
    /// <param name="challenge">SHA-256 of the verifier, in base64url.</param>
    /// <param name="anotherAccount">Whether to ask for a login though somebody is logged in.</param>
    public static Uri AuthorizeUrl(
        Uri login,
        string clientId,
        Uri callback,
        string state,
        string challenge,
        bool anotherAccount
    )
    {
        (string Name, string Value)[] parameters =
        [
            ("response_type", "code"),
            ("client_id", clientId),
            ("redirect_uri", callback.OriginalString),
            ("scope", "api refresh_token"),
            ("state", state),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
            .. anotherAccount ? new[] { ("prompt", "login") } : [],
        ];
        var query = string.Join('&', parameters.Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value)}"));
        return new Uri(login, $"/services/oauth2/authorize?{query}");
    }

    /// <summary>What it means that the page sent a person back with an error instead of a code.</summary>
    public static CrmFailure Judge(string error, string? description) =>
        SalesforceTokenErrors.Judge(error, description, status: 400);

    /// <summary>Exchanges the code that came to the callback. It works once.</summary>
    /// <param name="verifier">What the challenge was made of.</param>
    /// <returns>Access with a <see cref="CrmToken.RefreshToken"/>, unless the app's policy gives none.</returns>
    public Task<CrmToken> ExchangeCodeAsync(
        Uri login,
        SalesforceApp app,
        string code,
        string verifier,
        Uri callback,
        CancellationToken cancellationToken
    ) =>
        _calls.AskAsync(
            login,
            [
                new("grant_type", "authorization_code"),
                new("code", code),
                .. app.Parameters,
                new("redirect_uri", callback.OriginalString),
                new("code_verifier", verifier),
            ],
            cancellationToken
        );

    /// <summary>
    /// Renews access. Where the app rotates refresh tokens the old one is dead from then on, and the new one comes as
    /// <see cref="CrmToken.RefreshToken"/>: it must be kept before anything else is done.
    /// </summary>
    public Task<CrmToken> RefreshAsync(
        Uri login,
        SalesforceApp app,
        string refreshToken,
        CancellationToken cancellationToken
    ) =>
        _calls.AskAsync(
            login,
            [new("grant_type", "refresh_token"), new("refresh_token", refreshToken), .. app.Parameters],
            cancellationToken
        );

    /// <summary>
    /// Asks for a token with the key and secret of an app (client credentials): works on the org's own address only (My
    /// Domain), acts as the user that the app names, and gives no refresh token. It is simply asked for again.
    /// </summary>
    /// <param name="domain">The org's own address, as <c>https://acme.my.salesforce.com</c>.</param>
    public Task<CrmToken> UseClientCredentialsAsync(
        Uri domain,
        string clientId,
        string clientSecret,
        CancellationToken cancellationToken
    ) =>
        _calls.AskAsync(
            domain,
            [new("grant_type", "client_credentials"), new("client_id", clientId), new("client_secret", clientSecret)],
            cancellationToken
        );

    /// <summary>
    /// Asks for a token with an assertion that the app's private key signs (JWT bearer): for a user who was approved for the
    /// app beforehand. It gives no refresh token; it is simply asked for again.
    /// </summary>
    /// <param name="username">The user to act as.</param>
    /// <param name="key">The private key whose certificate the app holds.</param>
    public Task<CrmToken> UseAssertionAsync(
        Uri login,
        string clientId,
        string username,
        RSA key,
        CancellationToken cancellationToken
    ) =>
        _calls.AskAsync(
            login,
            [
                new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                new("assertion", SalesforceAssertion.Sign(login, clientId, username, key, clock.GetUtcNow())),
            ],
            cancellationToken
        );

    /// <summary>
    /// Gives access back: of a refresh token, with all sessions that came of it. Goes well also when Salesforce no longer knows the
    /// token, for then there is nothing left to revoke.
    /// </summary>
    public async Task RevokeAsync(Uri login, string token, CancellationToken cancellationToken)
    {
        try
        {
            await _calls.RevokeAsync(login, token, cancellationToken);
        }
        catch (CrmException fault) when (fault.Failure.HttpStatus == 400) { }
    }
}
