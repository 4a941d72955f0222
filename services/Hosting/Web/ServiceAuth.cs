using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace LeadSync.Hosting.Web;

/// <summary>What a caller may do in its workspace; each role may do what the ones before it may.</summary>
public enum Role
{
    Viewer,
    Integrator,
    Manager,

    /// <summary>Another service, acting for itself.</summary>
    Service,
}

/// <summary>
/// Who calls a service, for which workspace. Endpoints take it as a parameter; it comes from the signed token and from
/// nowhere else, so that no id in a path or body reaches another workspace.
/// </summary>
/// <param name="Name">The person, API key or service, for the history of changes.</param>
public sealed record Caller(string Workspace, string Name, Role Role)
{
    public static ValueTask<Caller?> BindAsync(HttpContext context)
    {
        var user = context.User;
        var workspace = user.FindFirstValue("workspace");
        return ValueTask.FromResult(
            workspace is null || !Enum.TryParse<Role>(user.FindFirstValue("role"), out var role)
                ? null
                : new Caller(workspace, user.FindFirstValue("sub") ?? "unknown", role)
        );
    }
}

/// <summary>
/// How services trust each other: short tokens, signed with a key that only services have, each for one receiver and one
/// workspace. Gateway makes them for people after it has checked who they are.
/// </summary>
public sealed class ServiceTokens(SymmetricSecurityKey key, TimeProvider clock)
{
    private const string Issuer = "leadsync";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(2);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Make(string receiver, Caller caller)
    {
        var now = clock.GetUtcNow();
        return _handler.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Issuer,
                Audience = receiver,
                IssuedAt = now.UtcDateTime,
                NotBefore = now.UtcDateTime,
                Expires = (now + Life).UtcDateTime,
                Subject = new ClaimsIdentity([
                    new Claim("sub", caller.Name),
                    new Claim("workspace", caller.Workspace),
                    new Claim("role", caller.Role.ToString()),
                ]),
                SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
            }
        );
    }

    internal TokenValidationParameters Rules(string receiver) =>
        new()
        {
            ValidIssuer = Issuer,
            ValidAudience = receiver,
            IssuerSigningKey = key,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ClockSkew = TimeSpan.FromSeconds(30),
            NameClaimType = "sub",
            RoleClaimType = "role",
        };
}

/// <summary>Service-to-service authentication: deny by default, policies by role.</summary>
public static class ServiceAuth
{
    internal static void AddServiceAuth(this IHostApplicationBuilder builder, string service)
    {
        var tokens = new ServiceTokens(
            new SymmetricSecurityKey(ServiceKey.Read(builder.Configuration)),
            TimeProvider.System
        );
        builder.Services.AddSingleton(tokens);
        builder
            .Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(options =>
            {
                options.MapInboundClaims = false;
                options.TokenValidationParameters = tokens.Rules(service);
            });
        builder
            .Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        builder.Services.AddSingleton(new ServiceName(service));
    }

    /// <summary>Lets only callers of this role or a higher one through.</summary>
    public static TBuilder RequireAtLeast<TBuilder>(this TBuilder endpoint, Role role)
        where TBuilder : IEndpointConventionBuilder
    {
        var roles = Enum.GetValues<Role>()
            .Where(candidate => candidate >= role)
            .Select(candidate => candidate.ToString());
        endpoint.RequireAuthorization(
            new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireRole(roles).Build()
        );
        return endpoint.WithMetadata(new LowestRole(role));
    }

    /// <summary>
    /// Registers a typed client of another service, found at <c>Services:NAME</c>. Its requests say for which workspace
    /// they are (<see cref="ForWorkspace"/>) and carry a token of ours.
    /// </summary>
    public static void AddServiceClient<TClient>(this IHostApplicationBuilder builder, string receiver)
        where TClient : class
    {
        var address = builder.Configuration.RequiredAddress(
            $"Services:{receiver}",
            $"the base address of {receiver}, as http://{receiver.ToLowerInvariant()}:8080",
            "http",
            "https"
        );
        builder
            .Services.AddHttpClient<TClient>(client =>
            {
                client.BaseAddress = address;
                client.Timeout = TimeSpan.FromSeconds(30);
            })
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                }
            )
            .AddHttpMessageHandler(services => new ServiceTokenHandler(
                services.GetRequiredService<ServiceTokens>(),
                services.GetRequiredService<ServiceName>(),
                receiver.ToLowerInvariant()
            ));
    }

    /// <summary>Says for which workspace a request to another service is.</summary>
    public static HttpRequestMessage ForWorkspace(this HttpRequestMessage request, string workspace)
    {
        request.Options.Set(ServiceTokenHandler.Workspace, workspace);
        return request;
    }
}

/// <summary>The key that all services of one installation share: <c>LEADSYNC_SERVICE_KEY</c>. A secret.</summary>
public static class ServiceKey
{
    public const string Setting = "LEADSYNC_SERVICE_KEY";

    /// <summary>Reads it; without one of at least 32 bytes the service does not start.</summary>
    public static byte[] Read(IConfiguration configuration)
    {
        var text = configuration.Required(Setting, "at least 32 random bytes in base64, the same for all services");
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= 32
            ? bytes[..length]
            : throw new OptionsValidationException(
                Setting,
                typeof(string),
                [$"Setting '{Setting}' must be at least 32 random bytes in base64 (openssl rand -base64 32)."]
            );
    }
}

internal sealed record ServiceName(string Name);

/// <summary>On an endpoint: the role that a caller needs at least, for those who describe it.</summary>
internal sealed record LowestRole(Role Role);

/// <summary>Signs requests to one other service.</summary>
internal sealed class ServiceTokenHandler(ServiceTokens tokens, ServiceName self, string receiver) : DelegatingHandler
{
    internal static readonly HttpRequestOptionsKey<string> Workspace = new("leadsync.workspace");

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (!request.Options.TryGetValue(Workspace, out var workspace))
            throw new InvalidOperationException("A request to another service says for which workspace it is.");
        request.Headers.Authorization = new(
            "Bearer",
            tokens.Make(receiver, new Caller(workspace, self.Name, Role.Service))
        );
        return base.SendAsync(request, cancellationToken);
    }
}
