namespace LeadSync.Crm.Salesforce;

/// <summary>
/// What each refusal of the token endpoint means: one table. All of them end in <see cref="FailureClass.Session"/> unless
/// they pass by themselves, because no call can be made until a person has acted.
/// </summary>
internal static class SalesforceTokenErrors
{
    private const string Again = "None: it is tried again.";

    public static CrmFailure Judge(string? error, string? description, int status)
    {
        var (code, isPassing, cause, fix) = Row(error, description ?? "", status);
        // The description is Salesforce's fixed text: it holds no value of ours.
        var message = description is null
            ? ""
            : description[..Math.Min(description.Length, SalesforceFault.LongestMessage)];
        return new CrmFailure(code, isPassing ? FailureClass.Transient : FailureClass.Session, message, cause, fix)
        {
            CrmCode = error,
            HttpStatus = status,
        };
    }

    private static Verdict Row(string? error, string description, int status) =>
        (error, description) switch
        {
            (_, _) when status >= 500 || status is 408 or 420 => new(
                "CRM_UNAVAILABLE",
                true,
                "Salesforce's login does not answer as it should.",
                Again
            ),
            (_, _) when error == "rate_limit_exceeded" || status == 429 => new(
                "LIMIT_BURST",
                true,
                "Too many logins at once.",
                Again
            ),
            ("inactive_org", _) or ("invalid_grant", "inactive organization") => new(
                "CRM_UNAVAILABLE",
                true,
                "The org is locked, closed or being moved.",
                "None, if Salesforce maintains the org: it is tried again. Else ask Salesforce."
            ),
            ("invalid_grant", "no client credentials user enabled") => new(
                "AUTH_CONFIGURATION",
                false,
                "The app has no user to act as.",
                "In Salesforce, open the app's policies, enable the client credentials flow and set 'Run As'; then reconnect."
            ),
            ("invalid_grant", "request not supported on this domain") => new(
                "AUTH_CONFIGURATION",
                false,
                "The address is Salesforce's general login, which this flow does not work on.",
                "Give the org's own address: https://MYDOMAIN.my.salesforce.com."
            ),
            ("invalid_grant", "ip restricted") => new(
                "AUTH_CONFIGURATION",
                false,
                "The org lets the app in only from certain addresses, and ours is not one.",
                "In Salesforce, relax the app's IP restrictions or add LeadSync's addresses to the ranges; then reconnect."
            ),
            ("invalid_grant", "user hasn't approved this consumer")
            or ("invalid_grant", "user is not admin approved to access this app") => new(
                "AUTH_CONFIGURATION",
                false,
                "The user has not been approved for the app.",
                "In Salesforce, add the user's profile or permission set to the app; then reconnect."
            ),
            ("invalid_grant", "inactive user") or ("invalid_grant", "user is not active") => new(
                "AUTH_REVOKED",
                false,
                "The user we act as has been deactivated.",
                "In Salesforce, reactivate the user or choose another; then reconnect."
            ),
            ("invalid_grant", "authentication failure") => new(
                "AUTH_CONFIGURATION",
                false,
                "Salesforce does not let the user in: login hours, addresses or the flow are restricted.",
                "In Salesforce, see the user's login history for the reason; mend it, then reconnect."
            ),


            ("invalid_grant", "expired authorization code")
            or
            ("invalid_grant", "invalid authorization code")
            or ("invalid_grant", "invalid code verifier") => new(
                "CODE_REFUSED",
                false,
                "Salesforce does not take the code that it sent: it was used before, has expired, or was meant for someone else.",
                "Begin to connect anew."
            ),


            ("invalid_grant", "audience is invalid")
            or
            ("invalid_grant", "Audience validation failed")
            or ("invalid_grant", "invalid assertion") => new(
                "AUTH_CONFIGURATION",
                false,
                "Salesforce does not take what the private key signed: the app holds another certificate, the login is another org's, or the clocks differ.",
                "Upload the certificate of this very key to the app, check the login address and LeadSync's clock; then reconnect."
            ),
            ("access_denied", _) => new(
                "CONSENT_DENIED",
                false,
                "The person who was asked denied LeadSync access, or may not grant it.",
                "Ask again with a user who may grant API access."
            ),
            ("redirect_uri_mismatch", _) => new(
                "AUTH_CONFIGURATION",
                false,
                "The app does not have LeadSync's callback address.",
                "In Salesforce, add LeadSync's callback URL to the app exactly as it is shown; then connect again."
            ),
            ("invalid_request", "missing required code challenge") => new(
                "AUTH_CONFIGURATION",
                false,
                "The app asks for PKCE, and no challenge arrived.",
                "Check that nothing between the browser and Salesforce cuts the address; then connect again."
            ),
            ("invalid_grant", _) => new(
                "AUTH_REVOKED",
                false,
                "Access was revoked, or replaced by newer logins of the same user and app.",
                "Reconnect; use a user of its own for LeadSync."
            ),
            ("invalid_client", "app must be installed into org") or ("app_not_found", _) => new(
                "AUTH_CONFIGURATION",
                false,
                "The app is not installed in the org.",
                "In Salesforce, let an administrator install the app (Setup > Connected Apps OAuth Usage); then reconnect."
            ),
            ("invalid_client" or "invalid_client_id", _) => new(
                "AUTH_APP",
                false,
                "Salesforce does not know the app's key, or its secret is another. A new app takes about ten minutes to be known.",
                "Check the app's consumer key and secret, and that the address is of the same org; then reconnect."
            ),
            ("invalid_scope", _) => new(
                "SCOPE_MISSING",
                false,
                "The app may not use the API.",
                "In Salesforce, add the scope 'Manage user data via APIs (api)' to the app; then reconnect."
            ),
            ("unsupported_grant_type", _) => new(
                "AUTH_CONFIGURATION",
                false,
                "The app does not allow this way to log in.",
                "In Salesforce, enable the client credentials flow in the app's settings; then reconnect."
            ),
            (null, _) => new(
                "AUTH_CONFIGURATION",
                false,
                "What answers at the address is not Salesforce's login.",
                "Check the org's address: https://MYDOMAIN.my.salesforce.com."
            ),
            _ => new(
                "AUTH_CONFIGURATION",
                false,
                $"Salesforce refused the login with {error}, which LeadSync does not know.",
                "Do as the message says; Salesforce's documentation explains the code. Then reconnect."
            ),
        };

    private sealed record Verdict(string Code, bool IsPassing, string Cause, string Fix);
}
