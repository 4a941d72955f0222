using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Hosts;
using LeadSync.CrmSimulator.Rest;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>What came to an OAuth address.</summary>
/// <param name="BaseUrl">Where the caller reached us, without a path.</param>
/// <param name="Parameters">Of the query, and of the form where one was posted.</param>
internal sealed record OauthCall(
    CrmHost Host,
    string BaseUrl,
    string Method,
    IReadOnlyDictionary<string, StringValues> Parameters,
    string? Authorization,
    string? Cookie,
    DateTimeOffset Now
)
{
    /// <summary>A parameter; null when it is missing or empty.</summary>
    public string? this[string name] =>
        Parameters.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } text ? text : null;
}

/// <summary>An OAuth refusal in the CRM's words.</summary>
internal sealed class OauthException(string error, string description, int status = 400)
    : Exception($"{error}: {description}")
{
    public string Error { get; } = error;
    public string Description { get; } = description;
    public int Status { get; } = status;

    public static OauthException Missing(string parameter) =>
        new("invalid_request", $"missing required parameter: {parameter}");

    public static OauthException Grant(string description) => new("invalid_grant", description);
}

/// <summary>The CRM shows a user a page instead of sending the browser back to the app; the message is what it says.</summary>
public sealed class ConsentException(string message) : Exception(message);

/// <summary>Everything below /services/oauth2: who asks, for which org, and what they are given.</summary>
internal sealed class OauthServer(Orgs orgs, HostList hosts, TimeProvider clock)
{
    private readonly AuthorizeEndpoint authorize = new(orgs);
    private readonly TokenEndpoint token = new(orgs, hosts);

    /// <param name="segments">The path after /services/oauth2.</param>
    public (ApiAnswer Answer, Org? Org) Answer(string[] segments, OauthCall call) =>
        (segments, call.Method) switch
        {
            (["authorize"], "GET" or "POST") => authorize.Answer(call),
            (["token"], "POST") => token.Answer(call),
            (["token"], _) => (Refused(new("invalid_request", "must use HTTP POST")), null),
            (["revoke"], "GET" or "POST") => TokenChecks.Revoke(orgs, call),
            (["introspect"], "POST") => TokenChecks.Introspect(orgs, call),
            _ => (ApiAnswer.Error(404, ApiError.NotFound), null),
        };

    /// <summary>Where an org's data is to be had, told a caller who came by <paramref name="asked"/>.</summary>
    public string InstanceUrl(Org org, CrmHost host, string asked) => hosts.InstanceUrl(org, host, asked);

    public Uri Consent(Uri authorizeUrl, string username, bool allow)
    {
        var host =
            hosts.Find(authorizeUrl)
            ?? throw new ArgumentException($"{authorizeUrl} is no address of this simulator.", nameof(authorizeUrl));
        var parameters = QueryHelpers.ParseQuery(authorizeUrl.Query);
        parameters["username"] = username;
        parameters["decision"] = allow ? "allow" : "deny";
        var outcome = authorize.Decide(
            new(
                host,
                authorizeUrl.GetLeftPart(UriPartial.Authority),
                "POST",
                parameters,
                Authorization: null,
                Cookie: null,
                clock.GetUtcNow()
            )
        );
        return outcome switch
        {
            AuthorizeOutcome.SentBack back => new(back.Location),
            AuthorizeOutcome.Refused refused => throw new ConsentException(refused.Reason.Message),
            AuthorizeOutcome.Asked { Problem: { } problem } => throw new ConsentException(problem),
            _ => throw new InvalidOperationException("A consent was given and still asked for."),
        };
    }

    public static ApiAnswer Refused(OauthException refusal) =>
        ApiAnswer.Json(
            refusal.Status,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("error", refusal.Error);
                json.WriteString("error_description", refusal.Description);
                json.WriteEndObject();
            }
        );
}
