using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>Whether an app may be used in an org at all, before any user is asked.</summary>
internal static class Installation
{
    /// <summary>Null when it may.</summary>
    public static OauthException? Refusal(App app, Org home, Org org, string userId)
    {
        if (home == org || app.InstalledIn?.Contains(org.Name, StringComparer.Ordinal) != false)
            return null;
        if (app.Kind == AppKind.ExternalClientApp)
            return new("app_not_found", "External client app is not installed in this org");
        return org.ViewerOf(userId).ApprovesUninstalledApps
            ? null
            : new OauthException("invalid_client", "app must be installed into org");
    }
}
