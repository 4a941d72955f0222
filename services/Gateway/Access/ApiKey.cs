using System.Security.Claims;
using LeadSync.Hosting.Web;

namespace LeadSync.Gateway.Access;

/// <summary>
/// What an API key is for. The last three include each other in this order; all but a viewer may capture, for a key that
/// shows a screen to somebody must not be able to invent leads.
/// </summary>
public enum KeyRole
{
    /// <summary>Captures and withdraws leads, and does nothing else. What a product gets.</summary>
    Capture,

    Viewer,
    Integrator,
    Manager,
}

/// <summary>The API key that a request came with, checked. Endpoints take it as a parameter.</summary>
/// <param name="Source">The one source that it may speak for; null: any of its workspace.</param>
public sealed record ApiKey(string Id, string Workspace, KeyRole Role, string? Source)
{
    internal const string Scheme = "ApiKey";

    /// <summary>How the history of changes names it.</summary>
    public string Name => $"key:{Id}";

    /// <summary>Who the services behind are told is calling; null for a key that has no business there.</summary>
    public Caller? ToCaller() =>
        Role switch
        {
            KeyRole.Viewer => new Caller(Workspace, Name, Hosting.Web.Role.Viewer),
            KeyRole.Integrator => new Caller(Workspace, Name, Hosting.Web.Role.Integrator),
            KeyRole.Manager => new Caller(Workspace, Name, Hosting.Web.Role.Manager),
            _ => null,
        };

    internal ClaimsPrincipal ToPrincipal()
    {
        var claims = new List<Claim> { new("sub", Id), new("workspace", Workspace), new("role", Role.ToString()) };
        if (Source is not null)
            claims.Add(new Claim("source", Source));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme, "sub", "role"));
    }

    public static ValueTask<ApiKey?> BindAsync(HttpContext context)
    {
        var user = context.User;
        return ValueTask.FromResult(
            user.Identity is not { IsAuthenticated: true, AuthenticationType: Scheme }
                ? null
                : new ApiKey(
                    user.FindFirstValue("sub")!,
                    user.FindFirstValue("workspace")!,
                    Enum.Parse<KeyRole>(user.FindFirstValue("role")!),
                    user.FindFirstValue("source")
                )
        );
    }
}
