using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Hosts;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>The token endpoint: a code, a refresh token, a signed assertion or the client's own credentials for a session.</summary>
internal sealed class TokenEndpoint(Orgs orgs, HostList hosts)
{
    private static readonly Dictionary<string, string> NeverKept = new(StringComparer.Ordinal)
    {
        ["Cache-Control"] = "no-cache,must-revalidate,max-age=0,no-store,private",
    };

    public (ApiAnswer Answer, Org? Org) Answer(OauthCall call)
    {
        Org? org = null;
        try
        {
            if (call["grant_type"] is not { } grant)
                throw OauthException.Missing("grant_type");
            var given = grant switch
            {
                "client_credentials" => ByClient(call, ref org),
                "authorization_code" => ByCode(call, ref org),
                "refresh_token" => ByRefreshToken(call, ref org),
                "urn:ietf:params:oauth:grant-type:jwt-bearer" => ByAssertion(call, ref org),
                _ => throw new OauthException("unsupported_grant_type", "grant type not supported"),
            };
            // A refresh token is on disk before its answer leaves.
            if (given.RefreshToken is not null)
                org!.Keep();
            return (Written(call, org!, given) with { Headers = NeverKept }, org);
        }
        catch (OauthException e)
        {
            return (OauthServer.Refused(e) with { Headers = NeverKept }, org);
        }
    }

    /// <param name="RefreshToken">Null when the flow gives none, or none anew.</param>
    private sealed record Given(
        App App,
        string AccessToken,
        string UserId,
        IReadOnlyList<string> Scopes,
        string? RefreshToken = null,
        string? Nonce = null,
        bool IsSigned = true
    );

    private Given ByClient(OauthCall call, ref Org? org)
    {
        var (home, app) = Client(call, _ => true, ref org);
        if (call.Host.Role is HostRole.Login or HostRole.Test)
            throw OauthException.Grant("request not supported on this domain");
        if (!call.Host.Serves(home))
            throw ClientError(home, "invalid_client_id", "client identifier invalid");
        if (app.RunAs is null)
            throw OauthException.Grant("no client credentials user enabled");
        lock (home.Gate)
        {
            var user = Active(home, home.FindUser(app.RunAs));
            string[] scopes = ["api", "id"];
            return new(app, home.Sessions.Issue(user, app.ClientId, scopes, null, call.Now), user, scopes);
        }
    }

    private Given ByCode(OauthCall call, ref Org? org)
    {
        var (_, app) = Client(call, app => app.SecretRequired, ref org);
        var value = call["code"] ?? throw OauthException.Missing("code");
        var redirectUri = call["redirect_uri"] ?? throw OauthException.Missing("redirect_uri");
        foreach (var owner in orgs.All)
        {
            lock (owner.Gate)
            {
                if (owner.Codes.Find(value) is not { } code || code.ClientId != app.ClientId)
                    continue;
                org = owner;
                if (code.RedirectUri != redirectUri)
                    throw new OauthException("redirect_uri_mismatch", "redirect_uri must match configuration");
                // Spent by the first try, right or wrong.
                owner.Codes.Remove(code);
                if (code.IssuedAt + owner.Settings.AuthorizationCodeLifetime <= call.Now)
                    throw OauthException.Grant("expired authorization code");
                if (code.Challenge is { } challenge && !Proves(call["code_verifier"], challenge))
                    throw OauthException.Grant("invalid code verifier");
                var user = Active(owner, owner.FindRecord(code.UserId));
                var lasting = code.Scopes.Any(scope => scope is "refresh_token" or "offline_access");
                var grant = lasting ? owner.Grants.Add(app, user, code.Scopes, call.Now) : null;
                return new(
                    app,
                    owner.Sessions.Issue(user, app.ClientId, code.Scopes, grant?.Id, call.Now),
                    user,
                    code.Scopes,
                    grant?.RefreshToken,
                    code.Nonce
                );
            }
        }

        throw OauthException.Grant("invalid authorization code");
    }

    private Given ByRefreshToken(OauthCall call, ref Org? org)
    {
        var (_, app) = Client(call, app => app.SecretRequiredToRefresh, ref org);
        var value = call["refresh_token"] ?? throw OauthException.Missing("refresh_token");
        foreach (var owner in orgs.All)
        {
            lock (owner.Gate)
            {
                if (owner.Grants.FindByRefreshToken(value) is not { } grant || grant.ClientId != app.ClientId)
                    continue;
                org = owner;
                var dead =
                    grant.GrantedAt + app.RefreshTokenLifetime <= call.Now
                    || grant.UsedAt + app.RefreshTokenIdleLifetime <= call.Now
                    || owner.FindRecord(grant.UserId)?["IsActive"] is not true;
                if (dead)
                    break;
                if (app.IpRestricted)
                    throw OauthException.Grant("ip restricted");
                var used = owner.Grants.Use(grant, app.RotatesRefreshTokens, call.Now);
                return new(
                    app,
                    owner.Sessions.Issue(grant.UserId, app.ClientId, grant.Scopes, grant.Id, call.Now),
                    grant.UserId,
                    grant.Scopes,
                    app.RotatesRefreshTokens ? used.RefreshToken : null
                );
            }
        }

        throw OauthException.Grant("expired access/refresh token");
    }

    private Given ByAssertion(OauthCall call, ref Org? org)
    {
        var assertion =
            Assertion.Read(call["assertion"] ?? throw OauthException.Missing("assertion"))
            ?? throw OauthException.Grant("invalid assertion");
        if (orgs.FindApp(assertion.Issuer) is not var (home, app))
            throw new OauthException("invalid_client_id", "client identifier invalid");
        org = home;
        if (app.Certificate is null || !assertion.IsSignedBy(app.Certificate))
            throw OauthException.Grant("invalid assertion");
        if (assertion.Expires <= call.Now || assertion.Expires > call.Now.AddMinutes(5))
            throw OauthException.Grant("invalid assertion");
        if (!Audiences(call).Contains(assertion.Audience.TrimEnd('/'), StringComparer.Ordinal))
            throw OauthException.Grant("audience is invalid");
        foreach (var owner in orgs.All.Where(call.Host.SignsIn))
        {
            lock (owner.Gate)
            {
                if (owner.FindUser(assertion.Subject) is not { } record)
                    continue;
                org = owner;
                var user = Active(owner, record);
                if (Installation.Refusal(app, home, owner, user) is { } missing)
                    throw missing;
                if (app.AdminApprovedOnly)
                {
                    if (!app.ApprovedUsers.Contains(assertion.Subject, StringComparer.OrdinalIgnoreCase))
                        throw OauthException.Grant("user is not admin approved to access this app");
                }
                else if (!owner.Grants.Covers(app.ClientId, user, []))
                {
                    throw OauthException.Grant("user hasn't approved this consumer");
                }

                string[] scopes = [.. app.Scopes.Where(scope => scope is not ("refresh_token" or "offline_access"))];
                var token = owner.Sessions.Issue(user, app.ClientId, scopes, null, call.Now);
                return new(app, token, user, scopes, IsSigned: false);
            }
        }

        throw OauthException.Grant("authentication failure");
    }

    /// <summary>The app that asks, once it has shown its secret where it must.</summary>
    private (Org Home, App App) Client(OauthCall call, Func<App, bool> needsSecret, ref Org? org)
    {
        var (id, secret) = Basic(call.Authorization) ?? (call["client_id"], call["client_secret"]);
        if (orgs.FindApp(id) is not var (home, app))
            throw ClientError(orgs.All[0], "invalid_client_id", "client identifier invalid");
        org = home;
        // A secret that is not needed but sent must be right all the same.
        if (secret is null ? needsSecret(app) : !app.HasSecret(secret))
            throw ClientError(home, "invalid_client", "invalid client credentials");
        return (home, app);
    }

    private static OauthException ClientError(Org org, string error, string description) =>
        new(error, description, org.Settings.TokenClientErrorStatus);

    private static string Active(Org org, Record? user)
    {
        if (user?["IsActive"] is not true)
            throw OauthException.Grant("inactive user");
        return org.Settings.IsInactive ? throw OauthException.Grant("inactive organization") : user.Id;
    }

    private static IEnumerable<string> Audiences(OauthCall call) =>
        [call.BaseUrl, "https://login.salesforce.com", "https://test.salesforce.com"];

    private static bool Proves(string? verifier, string challenge) =>
        verifier is not null
        && string.Equals(
            Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            challenge.TrimEnd('='),
            StringComparison.Ordinal
        );

    private ApiAnswer Written(OauthCall call, Org org, Given given)
    {
        var identity = $"{call.BaseUrl}/id/{org.Id}/{given.UserId}";
        var issuedAt = call.Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        return ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("access_token", given.AccessToken);
                if (given.RefreshToken is not null)
                    json.WriteString("refresh_token", given.RefreshToken);
                if (given.IsSigned)
                    json.WriteString("signature", Signature(identity + issuedAt, given.App.ClientSecret));
                json.WriteString("scope", string.Join(' ', given.Scopes));
                if (given.Scopes.Contains("openid", StringComparer.Ordinal))
                    json.WriteString("id_token", IdToken.Sign(call, org, given.App, identity, given.Nonce));
                json.WriteString("instance_url", hosts.InstanceUrl(org, call.Host, call.BaseUrl));
                json.WriteString("id", identity);
                json.WriteString("token_type", "Bearer");
                if (given.IsSigned)
                    json.WriteString("issued_at", issuedAt);
                json.WriteEndObject();
            }
        );
    }

    private static (string? Id, string? Secret)? Basic(string? authorization)
    {
        if (authorization?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[6..].Trim(), bytes, out var length))
            return (null, null);
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? (pair, null)
            : (Uri.UnescapeDataString(pair[..colon]), Uri.UnescapeDataString(pair[(colon + 1)..]));
    }

    private static string Signature(string text, string secret) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));
}
