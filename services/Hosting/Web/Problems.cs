using System.Diagnostics;
using LeadSync.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Hosting.Web;

/// <summary>One thing that is wrong in what was sent.</summary>
/// <param name="Field">Where, as a path into the body.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Fix">How to mend it.</param>
public sealed record FieldFault(string Field, string Reason, string Fix);

/// <summary>Problem details (RFC 9457) with a code of the catalogue, its cause and fix, and the trace id.</summary>
public static class Problems
{
    public static IResult Problem(
        this FailureKind kind,
        int status,
        string detail,
        IReadOnlyList<FieldFault>? faults = null,
        TimeSpan? retryAfter = null
    )
    {
        var extensions = Extensions(kind);
        if (faults is not null)
            extensions["faults"] = faults;
        var problem = Results.Problem(
            detail,
            statusCode: status,
            title: Title(kind),
            type: TypeOf(kind),
            extensions: extensions
        );
        return retryAfter is null ? problem : new WithRetryAfter(problem, retryAfter.Value);
    }

    internal static void AddProblems(this IServiceCollection services) =>
        services.AddProblemDetails(options =>
            options.CustomizeProblemDetails = context =>
            {
                if (context.ProblemDetails.Extensions.ContainsKey("code"))
                    return;
                if (context.ProblemDetails.Status == StatusCodes.Status503ServiceUnavailable)
                    context.HttpContext.Response.Headers.RetryAfter = "5";
                // What the framework itself refuses gets a code of ours too.
                var kind = context.ProblemDetails.Status switch
                {
                    401 => FailureCatalogue.Unauthenticated,
                    403 => FailureCatalogue.Forbidden,
                    404 or 405 => FailureCatalogue.NotFound,
                    413 => FailureCatalogue.BodyTooLarge,
                    400 or 415 => FailureCatalogue.BodyUnreadable,
                    503 => FailureCatalogue.Unavailable,
                    _ => FailureCatalogue.Internal,
                };
                context.ProblemDetails.Type = TypeOf(kind);
                context.ProblemDetails.Title = Title(kind);
                foreach (var (key, value) in Extensions(kind))
                    context.ProblemDetails.Extensions[key] = value;
            }
        );

    internal static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(
            new ExceptionHandlerOptions
            {
                StatusCodeSelector = fault =>
                    fault switch
                    {
                        BadHttpRequestException bad => bad.StatusCode,
                        _ when Faults.IsInfrastructure(fault) => StatusCodes.Status503ServiceUnavailable,
                        _ => StatusCodes.Status500InternalServerError,
                    },
            }
        );
        app.UseStatusCodePages();
    }

    private static string Title(FailureKind kind) => kind.Cause;

    private static string TypeOf(FailureKind kind) => $"urn:leadsync:failure:{kind.Code}";

    private static Dictionary<string, object?> Extensions(FailureKind kind) =>
        new(StringComparer.Ordinal)
        {
            ["code"] = kind.Code,
            ["cause"] = kind.Cause,
            ["fix"] = kind.Fix,
            ["traceId"] = Activity.Current?.TraceId.ToHexString(),
        };

    private sealed class WithRetryAfter(IResult inner, TimeSpan wait) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))
                .ToString(System.Globalization.CultureInfo.InvariantCulture);
            return inner.ExecuteAsync(httpContext);
        }
    }
}
