using System.Threading.RateLimiting;
using LeadSync.Connector.Connections;
using LeadSync.Contracts;
using Microsoft.AspNetCore.RateLimiting;

namespace LeadSync.Connector.OAuth;

/// <summary>
/// How often the pages that need no API key may be asked for: each asks the database, and what is wrong is kept in the history,
/// so nobody may do that without end. Counted by the address that the visitor came from, as Gateway tells it: one who asks
/// without end keeps nobody else from connecting.
/// </summary>
internal sealed class PageRate(OAuthOptions options, PublicAddress addresses) : IRateLimiterPolicy<string>
{
    public const string Name = "pages";
    private const string Visitor = "X-Forwarded-For";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected => RejectAsync;

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) =>
        RateLimitPartition.GetFixedWindowLimiter(
            httpContext.Request.Headers[Visitor] is [{ } visitor] ? visitor : "",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = options.PagesPerMinute, Window = Window }
        );

    private ValueTask RejectAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var context = rejected.HttpContext;
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : Window;
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))
            .ToString(System.Globalization.CultureInfo.InvariantCulture);
        var error = new OAuthError(
            FailureCatalogue.RateLimited,
            "These pages are asked for more often than they may be. Nothing was done; load the page again in a minute."
        );
        var page = Pages.Error(
            StatusCodes.Status429TooManyRequests,
            error,
            addresses.Callback(context.Request, CrmSystems.Salesforce)
        );
        return new ValueTask(page.ExecuteAsync(context));
    }
}
