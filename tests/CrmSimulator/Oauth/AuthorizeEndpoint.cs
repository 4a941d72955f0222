using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Hosts;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>What becomes of a visit to the authorize page.</summary>
internal abstract record AuthorizeOutcome
{
    /// <summary>To the app's callback, with a code or an error.</summary>
    /// <param name="User">Who is signed in from now on; null leaves that as it was.</param>
    public sealed record SentBack(string Location, User? User = null) : AuthorizeOutcome;

    /// <summary>An error page of the CRM's own: the app hears nothing.</summary>
    public sealed record Refused(OauthException Reason) : AuthorizeOutcome;

    /// <summary>The page on which a user signs in and consents.</summary>
    /// <param name="SignedIn">Who is signed in already; null asks that first.</param>
    /// <param name="Problem">What was wrong with the last try.</param>
    public sealed record Asked(
        App App,
        AuthorizeRequest Request,
        IReadOnlyList<User> Users,
        User? SignedIn,
        string? Problem = null
    ) : AuthorizeOutcome;
}

/// <summary>An active user of an org, as the pages show them.</summary>
internal sealed record User(Org Org, string Id, string Username, string Name);

/// <summary>
/// The authorize page. It asks for no password: nothing here is protected. Who is signed in stays in a cookie.
/// </summary>
internal sealed class AuthorizeEndpoint(Orgs orgs)
{
    private const string CookieName = "sid_simulated";
    private static readonly string[] KnownScopes =
    [
        "api",
        "id",
        "web",
        "refresh_token",
        "offline_access",
        "openid",
        "full",
        "profile",
        "email",
        "address",
        "phone",
        "chatter_api",
        "custom_permissions",
        "visualforce",
    ];

    public (ApiAnswer Answer, Org? Org) Answer(OauthCall call) =>
        Decide(call) switch
        {
            AuthorizeOutcome.SentBack back => (Redirect(back), back.User?.Org),
            AuthorizeOutcome.Refused refused => (ConsentPage.Refusal(refused.Reason), null),
            AuthorizeOutcome.Asked asked => (ConsentPage.Ask(asked), asked.SignedIn?.Org),
            _ => throw new InvalidOperationException("An outcome of authorize is not known."),
        };

    public AuthorizeOutcome Decide(OauthCall call)
    {
        var request = AuthorizeRequest.Of(call);
        if (orgs.FindApp(request.ClientId) is not var (home, app))
            return Refused("invalid_client_id", "client identifier invalid");
        if (request.RedirectUri is null || !app.CallbackUrls.Contains(request.RedirectUri, StringComparer.Ordinal))
            return Refused("redirect_uri_mismatch", "redirect_uri must match configuration");
        if (Fault(app, request) is var (error, description))
            return SentBack(request, error, description);

        var users = UsersOf(call.Host);
        var signsIn = request.Prompts("login") || request.Prompts("select_account");
        var signedIn = signsIn ? null : users.FirstOrDefault(user => CookieOf(user) == Cookie(call.Cookie));
        if (call.Method == "GET")
        {
            return signedIn is not null && !request.Prompts("consent") && HasApproved(signedIn, app, request)
                ? Approve(signedIn, home, app, request, call.Now)
                : new AuthorizeOutcome.Asked(app, request, users, signedIn);
        }

        var user = call["username"] is { } username
            ? users.FirstOrDefault(one => string.Equals(one.Username, username, StringComparison.OrdinalIgnoreCase))
            : signedIn;
        if (user is null)
        {
            return new AuthorizeOutcome.Asked(
                app,
                request,
                users,
                signedIn,
                "Please check your username and password. If you still can't log in, contact your Salesforce administrator."
            );
        }

        return call["decision"] switch
        {
            "allow" => Approve(user, home, app, request, call.Now),
            "deny" => new AuthorizeOutcome.SentBack(
                request.SendBack(("error", "access_denied"), ("error_description", "end-user denied authorization")),
                user
            ),
            _ => new AuthorizeOutcome.Asked(app, request, users, user),
        };
    }

    /// <summary>What is wrong with a request whose callback is known to be right.</summary>
    private static (string Error, string Description)? Fault(App app, AuthorizeRequest request)
    {
        if (request.ResponseType is null)
            return ("invalid_request", "missing required parameter: response_type");
        if (request.ResponseType != "code")
            return ("unsupported_response_type", "response type not supported");
        if (request.Scopes(app).Any(scope => !Offers(app, scope)))
            return ("invalid_scope", "the requested scope is not allowed");
        if (request.Challenge is null)
            return app.PkceRequired ? ("invalid_request", "missing required code challenge") : null;
        return request.ChallengeMethod is null or "S256" ? null : ("invalid_request", "invalid code challenge method");
    }

    private static bool Offers(App app, string scope) =>
        KnownScopes.Contains(scope, StringComparer.Ordinal)
        && (
            app.Scopes.Contains(scope, StringComparer.Ordinal)
            || app.Scopes.Contains("full", StringComparer.Ordinal)
            || (scope == "offline_access" && app.Scopes.Contains("refresh_token", StringComparer.Ordinal))
        );

    private static bool HasApproved(User user, App app, AuthorizeRequest request)
    {
        lock (user.Org.Gate)
            return user.Org.Grants.Covers(app.ClientId, user.Id, request.Scopes(app));
    }

    private static AuthorizeOutcome Approve(User user, Org home, App app, AuthorizeRequest request, DateTimeOffset now)
    {
        if (Installation.Refusal(app, home, user.Org, user.Id) is { } missing)
        {
            return user.Org.Settings.UninstalledAppIsSentBack
                ? SentBack(request, missing.Error, missing.Description)
                : new AuthorizeOutcome.Refused(missing);
        }

        if (app.IpRestricted)
            return SentBack(request, "invalid_grant", "ip restricted");
        if (app.AdminApprovedOnly && !app.ApprovedUsers.Contains(user.Username, StringComparer.OrdinalIgnoreCase))
            return SentBack(request, "invalid_grant", "user is not admin approved to access this app");
        var code = new AuthorizationCode(
            AuthorizationCodes.NewValue(),
            app.ClientId,
            user.Id,
            request.RedirectUri!,
            request.Challenge,
            request.Scopes(app),
            request.Nonce,
            now
        );
        lock (user.Org.Gate)
            user.Org.Codes.Add(code);
        return new AuthorizeOutcome.SentBack(request.SendBack(("code", code.Value)), user);
    }

    /// <summary>The people who can sign in on a host.</summary>
    private List<User> UsersOf(CrmHost host)
    {
        var users = new List<User>();
        foreach (var org in orgs.All.Where(host.SignsIn))
        {
            lock (org.Gate)
            {
                users.AddRange(
                    org.Table("User")
                        .Records.Where(user => user["IsActive"] is true)
                        .Select(user => new User(org, user.Id, (string)user["Username"]!, (string)user["Name"]!))
                );
            }
        }

        return users;
    }

    private static AuthorizeOutcome.Refused Refused(string error, string description) =>
        new(new OauthException(error, description));

    private static AuthorizeOutcome.SentBack SentBack(AuthorizeRequest request, string error, string description) =>
        new(request.SendBack(("error", error), ("error_description", description)));

    private static ApiAnswer Redirect(AuthorizeOutcome.SentBack back)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Location"] = back.Location };
        if (back.User is { } user)
            headers["Set-Cookie"] = $"{CookieName}={CookieOf(user)}; Path=/services/oauth2; HttpOnly; SameSite=Lax";
        return new(302, default) { Headers = headers };
    }

    private static string CookieOf(User user) => $"{user.Org.Id}.{user.Id}";

    private static string? Cookie(string? header) =>
        header
            ?.Split(';', StringSplitOptions.TrimEntries)
            .FirstOrDefault(one => one.StartsWith($"{CookieName}=", StringComparison.Ordinal))
            ?[(CookieName.Length + 1)..];
}
