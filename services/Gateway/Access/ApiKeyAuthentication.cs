using System.Security.Cryptography;
using System.Text.Encodings.Web;
using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace LeadSync.Gateway.Access;

/// <summary>
/// Who comes in over HTTP: <c>Authorization: Bearer ls_live_…</c>. It is Gateway's only scheme: the tokens that services
/// give each other open nothing here.
/// </summary>
public sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    ApiKeyCache keys,
    KeyUse use,
    TimeProvider clock
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const string Bearer = "Bearer ";
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(5);
    private bool _databaseIsAway;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (
            Request.Headers.Authorization is not [{ } header]
            || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        )
            return AuthenticateResult.NoResult();
        if (KeyText.TryRead(header[Bearer.Length..]) is not { } shown)
            return AuthenticateResult.Fail("This is no API key.");

        ApiKeyRow? kept;
        try
        {
            kept = await keys.FindAsync(shown.Id, Context.RequestAborted);
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault))
        {
            // Whether a key was revoked cannot be told, so nobody comes in; but the key is not to blame either.
            _databaseIsAway = true;
            return AuthenticateResult.Fail("The database that holds the keys does not answer.");
        }

        var now = clock.GetUtcNow();
        if (
            kept is null
            || !CryptographicOperations.FixedTimeEquals(kept.SecretHash, shown.SecretHash)
            || kept.RevokedAt is not null
            || kept.ExpiresAt <= now
        )
            return AuthenticateResult.Fail("The API key is unknown, expired or revoked.");

        use.Note(kept.Id);
        var key = new ApiKey(kept.Id, kept.Workspace, Enum.Parse<KeyRole>(kept.Role, ignoreCase: true), kept.Source);
        return AuthenticateResult.Success(new AuthenticationTicket(key.ToPrincipal(), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_databaseIsAway)
            return FailureCatalogue
                .Unavailable.Problem(
                    StatusCodes.Status503ServiceUnavailable,
                    "API keys cannot be checked now.",
                    retryAfter: ComeBack
                )
                .ExecuteAsync(Context);
        Response.Headers.WWWAuthenticate = "Bearer";
        return FailureCatalogue
            .Unauthenticated.Problem(StatusCodes.Status401Unauthorized, "No valid API key came with the request.")
            .ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        FailureCatalogue
            .Forbidden.Problem(StatusCodes.Status403Forbidden, "The role of this API key does not allow this.")
            .ExecuteAsync(Context);
}

/// <summary>What of Access is registered, and how routes name who may use them.</summary>
public static class AccessSetup
{
    public static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.AddSettings<AccessOptions>("Gateway");
        builder.Services.AddSingleton<ApiKeyStore>().AddSingleton<ApiKeyCache>().AddSingleton<KeyUse>();
        builder.Services.AddHostedService<BootstrapKey>();
        builder.Services.AddHostedService(services => services.GetRequiredService<KeyUse>());
        // Becomes the default scheme in place of the services' own, which no route of Gateway names.
        builder
            .Services.AddAuthentication(ApiKey.Scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKey.Scheme, configureOptions: null);
    }

    /// <summary>Lets only keys of these roles through.</summary>
    public static TBuilder RequireKey<TBuilder>(this TBuilder endpoint, params IEnumerable<KeyRole> roles)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint
            .RequireAuthorization(policy =>
                policy
                    .AddAuthenticationSchemes(ApiKey.Scheme)
                    .RequireAuthenticatedUser()
                    .RequireRole(roles.Select(role => role.ToString()))
            )
            .MayBeCalledBy($"Role: a key with the role {string.Join(" or ", roles.Select(KeysApi.Name))}.");

    /// <summary>Lets only keys of this role or a higher one through; <see cref="KeyRole.Capture"/> is none of the ladder.</summary>
    public static TBuilder RequireKeyAtLeast<TBuilder>(this TBuilder endpoint, KeyRole role)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireKey(
            Enum.GetValues<KeyRole>().Where(candidate => candidate != KeyRole.Capture && candidate >= role)
        );
}
