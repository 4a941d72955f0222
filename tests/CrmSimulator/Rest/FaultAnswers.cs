using System.Globalization;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Oauth;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>What a struck request is answered with in place of its own answer.</summary>
internal static class FaultAnswers
{
    private const string MaintenancePage =
        "<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body><h1>We are down for maintenance.</h1><p>Sorry for the inconvenience. We'll be back shortly.</p></body></html>";

    /// <summary>Null when the fault leaves the answer as it is.</summary>
    public static ApiAnswer? For(FaultRule? fault, string requestId) =>
        fault?.Kind switch
        {
            FaultKind.Unavailable => Unavailable(fault),
            FaultKind.ServerError => ApiAnswer.Error(
                500,
                new ApiError(
                    "UNKNOWN_EXCEPTION",
                    $"An unexpected error occurred. Please include this ErrorId if you contact support: {requestId}"
                )
            ),
            FaultKind.OauthError => OauthServer.Refused(new(fault.Code, fault.Message)),
            FaultKind.ExpiredSession => ExpiredSession(),
            FaultKind.DailyLimit => DailyLimit(),
            FaultKind.ConcurrentLimit => ApiAnswer.Error(
                403,
                new ApiError("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
            ),
            _ => null,
        };

    public static ApiAnswer DailyLimit() =>
        ApiAnswer.Error(403, new ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));

    public static ApiAnswer ExpiredSession() =>
        ApiAnswer.Error(401, ApiError.Session) with
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["WWW-Authenticate"] = "Token" },
        };

    /// <summary>Also a 401, but no refresh will mend it.</summary>
    public static ApiAnswer WithoutApiScope() =>
        ExpiredSession() with
        {
            Body = ApiAnswer
                .Error(401, new ApiError("INVALID_SESSION_ID", "This session is not valid for use with the REST API"))
                .Body,
        };

    private static ApiAnswer Unavailable(FaultRule fault)
    {
        var answer = fault.Html
            ? ApiAnswer.Text(503, "text/html; charset=utf-8", MaintenancePage)
            : ApiAnswer.Error(503, new ApiError("SERVER_UNAVAILABLE", "server too busy"));
        return fault.RetryAfterSeconds is not { } seconds
            ? answer
            : answer with
            {
                Headers = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["Retry-After"] = seconds.ToString(CultureInfo.InvariantCulture),
                },
            };
    }
}
