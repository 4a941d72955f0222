using System.Security.Cryptography;
using System.Text;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Oauth;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>An HTTP request read to its end, before it is decided what becomes of it.</summary>
internal sealed class Call
{
    private const int LongestUri = 16_384;

    private string target = "";
    private string baseUrl = "";
    private string method = "";
    private byte[] content = [];
    private string? contentType;
    private Dictionary<string, string> headers = [];
    private Dictionary<string, StringValues> query = [];

    /// <summary>The whole path, cut at slashes and decoded.</summary>
    private string[] path = [];
    private JsonBody? body;
    private ApiException? unreadable;

    public string RequestId { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    public required RequestShape Shape { get; init; }

    /// <summary>The org of the session it came with, alive or not; null when it names none.</summary>
    public Org? Org { get; private set; }

    private bool IsData => path is ["services", "data", _, ..];

    public bool VersionFits => IsData && Versions.Refusal(path[2]) is null;

    public TimeSpan Latency =>
        Org is null
            ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(
                Org.Settings.LatencyMilliseconds + Shape.Records * Org.Settings.LatencyPerRecordMilliseconds
            );

    public static async Task<Call> ReadAsync(HttpContext context, Orgs orgs)
    {
        var request = context.Request;
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var sent = request.Headers.ToDictionary(
            header => header.Key,
            header => header.Value.ToString(),
            StringComparer.OrdinalIgnoreCase
        );
        using var buffer = new MemoryStream(request.ContentLength is { } length and < int.MaxValue ? (int)length : 0);
        await request.Body.CopyToAsync(buffer, context.RequestAborted);
        var bytes = buffer.ToArray();
        var (segments, arguments) = ApiRequest.Split(rawTarget);
        var verb =
            arguments.TryGetValue("_HttpMethod", out var instead) && request.Method == "POST"
                ? instead.ToString().ToUpperInvariant()
                : request.Method;
        var isData = segments is ["services", "data", _, ..];
        var (json, error) = isData && bytes.Length > 0 ? Parse(bytes) : default;
        var org =
            isData || segments is ["services", "oauth2", "userinfo"] or ["id", ..]
                ? orgs.FindByToken(TokenOf(sent))
                : null;
        return new()
        {
            target = rawTarget,
            baseUrl = $"{request.Scheme}://{request.Host}",
            method = verb,
            content = bytes,
            contentType = request.ContentType,
            headers = sent,
            query = arguments,
            path = segments,
            body = json,
            unreadable = error,
            Org = org,
            Shape = RequestShape.Of(
                KindOf(verb, segments),
                verb,
                rawTarget,
                isData ? segments[3..] : [],
                json,
                org?.Name ?? ""
            ),
        };
    }

    private static (JsonBody? Body, ApiException? Error) Parse(byte[] bytes)
    {
        try
        {
            return (JsonBody.Parse(bytes), null);
        }
        catch (ApiException e)
        {
            return (null, e);
        }
    }

    public JournalEntry Entry(DateTimeOffset now) =>
        new()
        {
            At = now,
            Org = Org?.Name ?? "",
            Method = method,
            Path = target.Length > 2_000 ? target[..2_000] : target,
            Kind = Shape.Kind,
            Writes = Shape.Writes,
            RequestId = RequestId,
            Records = Shape.Records,
            Fate = Fate.Answered,
        };

    /// <summary>What is asked for without a session that names an org.</summary>
    public (ApiAnswer Answer, Org? Owner) AnswerWithoutOrg(Orgs orgs, DateTimeOffset now)
    {
        if (path is ["services", "oauth2", "token"])
        {
            return method == "POST"
                ? TokenEndpoint.Answer(
                    orgs,
                    baseUrl,
                    headers.GetValueOrDefault("Authorization"),
                    Encoding.UTF8.GetString(content),
                    now
                )
                : (TokenEndpoint.Refused("invalid_request", "must use HTTP POST"), null);
        }

        if (path is ["services", "oauth2", "revoke"])
            return TokenEndpoint.Revoke(orgs, Encoding.UTF8.GetString(content));
        if (path is ["services", "data"])
            return (Versions.All(), null);
        if (path is ["id", ..] or ["services", "oauth2", "userinfo"])
            return (
                ApiAnswer.Text(
                    403,
                    "text/plain;charset=UTF-8",
                    TokenOf(headers) is null ? "Missing_OAuth_Token" : "Bad_OAuth_Token"
                ),
                null
            );
        if (!IsData)
            return (ApiAnswer.Error(404, ApiError.NotFound), null);
        if (Versions.Refusal(path[2]) is { } refusal)
            return (refusal, null);
        return (TokenOf(headers) is null ? NoHeader() : FaultAnswers.ExpiredSession(), null);
    }

    /// <summary>
    /// The checks before the resource, in the CRM's order: version, session, API and its limits. Null when all pass.
    /// </summary>
    public ApiAnswer? Refuse(Org org, FaultRule? fault, DateTimeOffset now)
    {
        if (IsData && Versions.Refusal(path[2]) is { } refusal)
            return refusal;
        if (TooLong() is { } tooLong)
            return tooLong;
        var token = TokenOf(headers)!;
        if (fault?.Kind == FaultKind.ExpiredSession)
            org.Sessions.Revoke(token);
        if (!org.Sessions.Use(token, now))
        {
            return IsData
                ? FaultAnswers.ExpiredSession()
                : ApiAnswer.Text(403, "text/plain;charset=UTF-8", "Bad_OAuth_Token");
        }

        if (fault?.Kind is FaultKind.DailyLimit or FaultKind.ConcurrentLimit or FaultKind.Unavailable)
            return FaultAnswers.For(fault, RequestId);
        if (!IsData)
            return Identity.Answer(org, baseUrl, userinfo: path[0] == "services");
        if (!org.Settings.ApiEnabled)
        {
            return ApiAnswer.Error(
                403,
                new ApiError("API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")
            );
        }

        return org.Allowance.Used(now) >= org.Settings.DailyApiRequests ? FaultAnswers.DailyLimit() : null;
    }

    /// <exception cref="ApiException">415 or 400: the body is not JSON.</exception>
    public ApiRequest Request(
        Org org,
        Transaction transaction,
        IReadOnlyList<RecordFault> recordFaults,
        List<Subrequest> parts
    )
    {
        var segments = path[3..];
        if (Router.KindOf(method, segments) != RequestKinds.Unknown)
        {
            if (content.Length > 0 && contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
            {
                throw new ApiException(
                    415,
                    new ApiError(
                        "UNSUPPORTED_MEDIA_TYPE",
                        $"Content-Type header specified in HTTP request is not supported: {contentType}"
                    )
                );
            }

            if (unreadable is not null)
                throw unreadable;
        }

        return new()
        {
            Method = method,
            Version = path[2],
            Segments = segments,
            Query = query,
            Headers = headers,
            Body = body,
            Org = org,
            Transaction = transaction,
            RecordFaults = recordFaults,
            Parts = parts,
        };
    }

    private ApiAnswer? TooLong()
    {
        if (target.Length > LongestUri)
            return ApiAnswer.Error(414, new ApiError("URI_TOO_LONG", "The URI is longer than 16,384 bytes"));
        return target.Length + headers.Sum(header => header.Key.Length + header.Value.Length + 4) > LongestUri
            ? ApiAnswer.Error(
                431,
                new ApiError("REQUEST_HEADER_FIELDS_TOO_LARGE", "URI and headers are longer than 16,384 bytes")
            )
            : null;
    }

    private static ApiAnswer NoHeader() =>
        FaultAnswers.ExpiredSession() with
        {
            Body = ApiAnswer.Error(401, new ApiError("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")).Body,
        };

    private static string? TokenOf(Dictionary<string, string> headers)
    {
        var header = headers.GetValueOrDefault("Authorization");
        foreach (var scheme in (ReadOnlySpan<string>)["Bearer ", "OAuth "])
        {
            if (header?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true)
                return header[scheme.Length..].Trim();
        }

        return null;
    }

    private static string KindOf(string method, string[] path) =>
        path switch
        {
            ["services", "oauth2", "token"] => RequestKinds.Token,
            ["services", "oauth2", "revoke"] => RequestKinds.Revoke,
            ["services", "oauth2", "userinfo"] or ["id", ..] => RequestKinds.Identity,
            ["services", "data"] => RequestKinds.Versions,
            ["services", "data", _, ..] => Router.KindOf(method, path[3..]),
            _ => RequestKinds.Unknown,
        };
}
