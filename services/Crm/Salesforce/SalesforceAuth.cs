using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

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
    private const string TokenPath = "/services/oauth2/token";

    // Five minutes are allowed; what is left over is for clocks that differ.
    private static readonly TimeSpan AssertionLife = TimeSpan.FromMinutes(3);

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
        AskAsync(
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
        AskAsync(
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
        AskAsync(
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
        AskAsync(
            login,
            [
                new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                new("assertion", Assertion(login, clientId, username, key)),
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
            await SendAsync(
                login,
                "/services/oauth2/revoke",
                [new("token", token)],
                ReadNothingAsync,
                cancellationToken
            );
        }
        catch (CrmException fault) when (fault.Failure.HttpStatus == 400) { }

        static Task<bool> ReadNothingAsync(Stream body, CancellationToken cancellationToken) => Task.FromResult(true);
    }

    private Task<CrmToken> AskAsync(
        Uri login,
        IEnumerable<KeyValuePair<string, string>> form,
        CancellationToken cancellationToken
    ) => SendAsync(login, TokenPath, form, (body, cancelled) => ReadAsync(body, login, cancelled), cancellationToken);

    private async Task<T> SendAsync<T>(
        Uri login,
        string path,
        IEnumerable<KeyValuePair<string, string>> form,
        Func<Stream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(login, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Content = new FormUrlEncodedContent(form);

        using var timeout = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            if (response.IsSuccessStatusCode)
                return await read(body, either.Token);
            throw new CrmException(await RefusalAsync(body, (int)response.StatusCode, either.Token));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CrmException(
                timeout.IsCancellationRequested
                    ? SalesforceErrors.TooSlow(options.Timeout)
                    : SalesforceErrors.Unavailable("Salesforce's login could not be reached."),
                e
            );
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CrmException(SalesforceErrors.Unavailable("Salesforce's login could not be reached."), e);
        }
    }

    private string Assertion(Uri login, string clientId, string username, RSA key)
    {
        var claims = new AssertionClaims(
            clientId,
            username,
            login.GetLeftPart(UriPartial.Authority),
            (clock.GetUtcNow() + AssertionLife).ToUnixTimeSeconds()
        );
        var text =
            $"{Encode("""{"alg":"RS256"}"""u8)}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims, SalesforceJson.Default.AssertionClaims))}";
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(text),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{text}.{Encode(signature)}";

        static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
    }

    private async Task<CrmToken> ReadAsync(Stream body, Uri domain, CancellationToken cancellationToken)
    {
        TokenAnswer? answer;
        try
        {
            answer = await JsonSerializer.DeserializeAsync(body, SalesforceJson.Default.TokenAnswer, cancellationToken);
        }
        // Not passed on: the text that could not be read may hold the token.
        catch (JsonException)
        {
            answer = null;
        }
        if (
            answer is null
            || !Uri.TryCreate(answer.InstanceUrl, UriKind.Absolute, out var instanceUrl)
            || !TryReadIdentity(answer.Id, out var orgId, out var userId)
            || !TryReadInstant(answer.IssuedAt, out var issuedAt)
        )
        {
            throw new CrmException(SalesforceErrors.Unavailable("The answer of Salesforce's login cannot be read."));
        }
        // Plain http only to where plain http was asked for, as a simulator on this machine.
        if (instanceUrl.Scheme != Uri.UriSchemeHttps && instanceUrl.Scheme != domain.Scheme)
            throw new CrmException(InsecureHost(instanceUrl));
        return new CrmToken(answer.AccessToken, instanceUrl, orgId, userId, issuedAt ?? clock.GetUtcNow())
        {
            RefreshToken = answer.RefreshToken is { Length: > 0 } refreshToken ? refreshToken : null,
        };
    }

    // An answer to an assertion does not say when it was issued.
    private static bool TryReadInstant(string? milliseconds, out DateTimeOffset? instant)
    {
        instant = null;
        if (milliseconds is null)
            return true;
        if (!long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var since1970))
            return false;
        instant = DateTimeOffset.FromUnixTimeMilliseconds(since1970);
        return true;
    }

    /// <summary>Reads org and user from the identity's address: <c>…/id/00D…/005…</c>.</summary>
    private static bool TryReadIdentity(string id, out string orgId, out string userId)
    {
        orgId = userId = "";
        if (!Uri.TryCreate(id, UriKind.Absolute, out var identity))
            return false;
        var parts = identity.AbsolutePath.Trim('/').Split('/');
        if (
            parts is not [.., "id", var org, var user]
            || !RecordId.TryLengthen(org, out var longOrg)
            || !RecordId.TryLengthen(user, out var longUser)
        )
        {
            return false;
        }
        (orgId, userId) = (longOrg, longUser);
        return true;
    }

    private static async Task<CrmFailure> RefusalAsync(Stream body, int status, CancellationToken cancellationToken)
    {
        try
        {
            var refusal = await JsonSerializer.DeserializeAsync(
                body,
                SalesforceJson.Default.TokenRefusal,
                cancellationToken
            );
            return SalesforceTokenErrors.Judge(refusal?.Error, refusal?.Description, status);
        }
        catch (JsonException)
        {
            return SalesforceTokenErrors.Judge(null, null, status);
        }
    }

    private static CrmFailure InsecureHost(Uri instanceUrl) =>
        new(
            "HOST_NOT_ALLOWED",
            FailureClass.Session,
            "",
            $"Salesforce's login sent us to {instanceUrl.Host} without encryption.",
            "Check the org's address; if it is right, tell LeadSync's operator."
        );
}

/// <summary>A client application as Salesforce knows it: its consumer key and, where it has one, secret. Holds a secret.</summary>
public sealed record SalesforceApp(string ClientId, string? ClientSecret)
{
    internal IEnumerable<KeyValuePair<string, string>> Parameters =>
        ClientSecret is null
            ? [new("client_id", ClientId)]
            : [new("client_id", ClientId), new("client_secret", ClientSecret)];

    public override string ToString() => nameof(SalesforceApp);
}

internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("instance_url")] string InstanceUrl,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("issued_at")] string? IssuedAt = null,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken = null
);

internal sealed record AssertionClaims(
    [property: JsonPropertyName("iss")] string Issuer,
    [property: JsonPropertyName("sub")] string Subject,
    [property: JsonPropertyName("aud")] string Audience,
    [property: JsonPropertyName("exp")] long Expires
);

internal sealed record TokenRefusal(
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("error_description")] string? Description
);
