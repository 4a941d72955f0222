using System.Security.Cryptography;
using System.Text;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Hosts;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Oauth;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
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
    private CrmHost host = null!;
    private string? token;

    public string RequestId { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    public required RequestShape Shape { get; init; }

    /// <summary>The org of the session it came with, alive or not; null when it names none.</summary>
    public Org? Org { get; private set; }

    /// <summary>The session it came with, once <see cref="Refuse"/> has found it alive.</summary>
    public Session? Session { get; private set; }

    /// <summary>As whom it acts.</summary>
    public string UserId(Org org) => (Session ?? org.Sessions.Read(token ?? ""))?.UserId ?? org.IntegrationUserId;

    public string InstanceUrl(OauthServer oauth, Org org) => oauth.InstanceUrl(org, host, baseUrl);

    /// <summary>Whether a path is one of the CRM's own.</summary>
    public static bool IsForTheCrm(PathString path) =>
        path.StartsWithSegments("/services", StringComparison.Ordinal)
        || path.StartsWithSegments("/id", StringComparison.Ordinal)
        || path.StartsWithSegments("/.well-known", StringComparison.Ordinal);

    private bool IsData => path is ["services", "data", _, ..];

    public bool VersionFits => IsData && Versions.Refusal(path[2]) is null;

    public TimeSpan Latency =>
        Org is null
            ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(
                Org.Settings.LatencyMilliseconds + Shape.Records * Org.Settings.LatencyPerRecordMilliseconds
            );

    public static async Task<Call> ReadAsync(HttpContext context, CrmHost host, Orgs orgs)
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
        var isIdentity = segments is ["services", "oauth2", "userinfo"] or ["id", _, _];
        var sentToken = TokenOf(sent);
        if (sentToken is null && isIdentity && arguments.TryGetValue("oauth_token", out var inQuery))
            sentToken = inQuery.ToString();
        var org = isData || isIdentity ? orgs.FindByToken(sentToken) : null;
        // A token of another org is none of this host's.
        if (org is not null && (isData ? !host.Serves(org) : !host.SignsIn(org)))
            org = null;
        var isForm = segments is ["services", "oauth2", ..] && verb == "POST";
        var form = isForm ? QueryHelpers.ParseQuery(Encoding.UTF8.GetString(bytes)) : [];
        return new()
        {
            target = rawTarget,
            baseUrl = $"{request.Scheme}://{request.Host}",
            method = verb,
            content = bytes,
            contentType = request.ContentType,
            headers = sent,
            query = isForm ? Joined(arguments, form) : arguments,
            host = host,
            token = sentToken,
            path = segments,
            body = json,
            unreadable = error,
            Org = org,
            Shape = RequestShape.Of(
                CallTarget.KindOf(verb, segments),
                verb,
                rawTarget,
                isData ? segments[3..] : [],
                json,
                org?.Name ?? "",
                form.TryGetValue("grant_type", out var grant) ? grant.ToString() : null
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
            Path = CallTarget.Noted(target),
            Kind = Shape.Kind,
            Writes = Shape.Writes,
            RequestId = RequestId,
            Records = Shape.Records,
            Fate = Fate.Answered,
        };

    /// <summary>What is asked for without a session that names an org.</summary>
    public (ApiAnswer Answer, Org? Owner) AnswerWithoutOrg(OauthServer oauth, DateTimeOffset now)
    {
        if (path is ["id", _, _] or ["services", "oauth2", "userinfo"])
            return (token is null ? Identity.MissingToken() : Identity.BadToken(), null);
        if (path is ["services", "oauth2", .. var segments])
        {
            return oauth.Answer(
                segments,
                new(
                    host,
                    baseUrl,
                    method,
                    query,
                    headers.GetValueOrDefault("Authorization"),
                    headers.GetValueOrDefault("Cookie"),
                    now
                )
            );
        }

        if (path is ["services", "data"])
            return (Versions.All(), null);
        if (path is ["id", "keys"])
            return (IdToken.Keys(), null);
        if (path is [".well-known", "openid-configuration"])
            return (IdToken.Configuration(baseUrl), null);
        if (!IsData)
            return (ApiAnswer.Error(404, ApiError.NotFound), null);
        if (Versions.Refusal(path[2]) is { } refusal)
            return (refusal, null);
        return (token is null ? NoHeader() : FaultAnswers.ExpiredSession(), null);
    }

    /// <summary>
    /// The checks before the resource, in the CRM's order: version, session, API and its limits. Null when all pass.
    /// </summary>
    /// <param name="instanceUrl">Where the org's data is to be had.</param>
    public ApiAnswer? Refuse(Org org, FaultRule? fault, string instanceUrl, DateTimeOffset now)
    {
        if (IsData && Versions.Refusal(path[2]) is { } refusal)
            return refusal;
        if (TooLong() is { } tooLong)
            return tooLong;
        if (fault is { Kind: FaultKind.ExpiredSession, AfterEffect: false })
            org.Sessions.Revoke(token!);
        Session = org.Sessions.Use(token!, now);
        if (fault is { Kind: FaultKind.ExpiredSession, AfterEffect: true })
            org.Sessions.Revoke(token!);
        if (Session is null)
            return IsData ? FaultAnswers.ExpiredSession() : Identity.BadToken();

        if (
            fault is
            { Kind: FaultKind.DailyLimit or FaultKind.ConcurrentLimit or FaultKind.Unavailable, AfterEffect: false }
        )
            return FaultAnswers.For(fault, RequestId);
        if (!IsData)
            return Identity.Answer(org, Session, baseUrl, instanceUrl, path);
        if (!Session.MayUseApi)
            return FaultAnswers.WithoutApiScope();
        if (!org.ViewerOf(Session.UserId).ApiEnabled)
            return ApiAnswer.Error(403, new ApiError("API_CURRENTLY_DISABLED", "API is disabled for this User"));
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
        var wanted = Router.KindOf(method, segments) == RequestKinds.BulkUpload ? "csv" : "json";
        if (Router.KindOf(method, segments) != RequestKinds.Unknown)
        {
            if (content.Length > 0 && contentType?.Contains(wanted, StringComparison.OrdinalIgnoreCase) != true)
            {
                throw new ApiException(
                    415,
                    new ApiError(
                        "UNSUPPORTED_MEDIA_TYPE",
                        $"Content-Type header specified in HTTP request is not supported: {contentType}"
                    )
                );
            }

            if (unreadable is not null && wanted == "json")
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
            Content = content,
            Viewer = org.ViewerOf(transaction.UserId),
            Transaction = transaction,
            RecordFaults = recordFaults,
            Parts = parts,
        };
    }

    private static Dictionary<string, StringValues> Joined(
        Dictionary<string, StringValues> query,
        Dictionary<string, StringValues> form
    )
    {
        var all = new Dictionary<string, StringValues>(query, StringComparer.Ordinal);
        foreach (var (name, values) in form)
            all[name] = values;
        return all;
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
}
