using System.Diagnostics;
using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Connector.OAuth;

/// <summary>One way out of an OAuth error.</summary>
/// <param name="Steps">In the CRM's own menu words, in order.</param>
public sealed record OAuthFix(string Title, IReadOnlyList<string> Steps);

/// <summary>
/// Why an authorisation came to nothing, as it is shown to everyone alike: titled <em>OAuth error</em>, with its code and its
/// cause, and the two ways out that there are.
/// </summary>
/// <param name="Detail">What happened, in words that hold nothing of what a person typed.</param>
public sealed record OAuthError(FailureKind Kind, string Detail)
{
    public const string Title = "OAuth error";

    /// <summary>From the CRM's refusal: what has no code of its own here is an OAuth error with the CRM's cause.</summary>
    public static OAuthError Of(CrmFailure failure)
    {
        var kind = failure switch
        {
            { Class: FailureClass.Transient } => FailureCatalogue.CrmUnavailable,
            { Code: "CODE_REFUSED" } => FailureCatalogue.CodeRefused,
            { Code: "CONSENT_DENIED" } => FailureCatalogue.ConsentDenied,
            _ => FailureCatalogue.OAuthError,
        };
        return new OAuthError(kind, $"{failure.Cause} {failure.Fix}");
    }

    /// <summary>The two ways out; the callback address stands in the second's steps, to copy.</summary>
    public static IReadOnlyList<OAuthFix> Fixes(Uri callback) =>
        [
            new OAuthFix(
                "Have an admin connect directly",
                [
                    "Make a connect link for this connection ('link': true) and send it to an admin of the Salesforce org.",
                    "The admin opens it, logs in to Salesforce, allows access and confirms the org. No account here is needed.",
                ]
            ),
            new OAuthFix(
                "Install or create an external client app with API access",
                [
                    "Is the app known in the org? In Salesforce, open Setup > Connected Apps OAuth Usage, find LeadSync, choose Install, then Manage App Policies and permit its users.",
                    "Else create one: Setup > External Client App Manager > New External Client App; name it LeadSync.",
                    "Under API (Enable OAuth Settings) tick Enable OAuth.",
                    $"Callback URL: {callback.OriginalString}",
                    "Selected OAuth Scopes: 'Manage user data via APIs (api)' and 'Perform requests at any time (refresh_token, offline_access)'.",
                    "Under Security leave 'Require secret for Web Server Flow' and 'Require Proof Key for Code Exchange (PKCE)' ticked.",
                    "Save; under Policies let the integration user's profile or permission set use the app.",
                    "Copy Consumer Key and Consumer Secret from Settings > OAuth Settings, and give both when connecting. A new app takes about ten minutes to be known.",
                ]
            ),
        ];

    /// <summary>As an answer over HTTP.</summary>
    public IResult Problem(int status, Uri callback) =>
        Results.Problem(
            Detail,
            statusCode: status,
            title: Title,
            type: $"urn:leadsync:failure:{Kind.Code}",
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["code"] = Kind.Code,
                ["cause"] = Kind.Cause,
                ["fix"] = Kind.Fix,
                ["fixes"] = Fixes(callback),
                ["traceId"] = Activity.Current?.TraceId.ToHexString(),
            }
        );
}
