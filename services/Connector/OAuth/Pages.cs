using System.Text;

namespace LeadSync.Connector.OAuth;

/// <summary>The pages that a person sees on the way to a connection.</summary>
internal static class Pages
{
    /// <summary>What is asked, and the way to the CRM.</summary>
    public static Page Start(Consent consent, string secret) =>
        new(
            StatusCodes.Status200OK,
            "Connect Salesforce to LeadSync",
            $"""
            <p>The workspace <strong>{Page.Text(
                consent.Workspace
            )}</strong> asks you to let LeadSync act for you in your Salesforce org:</p>
            <dl>
            <dt>Connection</dt><dd>{Page.Text(consent.Name)}</dd>
            <dt>Environment</dt><dd>{Page.Text(consent.Environment)}</dd>
            <dt>It may</dt><dd>{Page.Text(Meaning(consent.Direction))}</dd>
            </dl>
            <p>You log in at Salesforce and allow access there. Then you see here which org it is, and confirm it. LeadSync never learns your password.</p>
            <form method="post" action="/connect/{Page.Text(
                secret
            )}"><button type="submit">Go on to Salesforce</button></form>
            """
        );

    /// <summary>On to the CRM, by itself or by hand.</summary>
    public static Page GoOn(Uri authorizeUrl) =>
        new(
            StatusCodes.Status200OK,
            "Going on to Salesforce",
            $"<p><a href=\"{Page.Text(authorizeUrl.AbsoluteUri)}\">Go on to Salesforce</a></p>",
            authorizeUrl
        );

    /// <summary>The org, to be confirmed by the person who followed a connect link.</summary>
    public static Page Confirm(Consent consent, bool mustSay) =>
        new(
            StatusCodes.Status200OK,
            "Is this the right org?",
            $"""
            {Org(consent)}
            <p>It is to be connected to the workspace <strong>{Page.Text(
                consent.Workspace
            )}</strong> as <strong>{Page.Text(consent.Name)}</strong>. Nothing is connected before you confirm.</p>
            <form method="post" action="/connect/confirm">
            <input type="hidden" name="orgId" value="{Page.Text(consent.OrgId)}">
            {(mustSay ? Choice : "")}
            <p><button type="submit" name="decision" value="confirm">Connect this org</button><button type="submit" name="decision" value="cancel">No, give the access back</button></p>
            </form>
            """
        );

    /// <summary>The org, to be confirmed where the person began.</summary>
    public static Page GoBack(Consent consent) =>
        new(
            StatusCodes.Status200OK,
            "Access was allowed",
            $"""
            {Org(consent)}
            <p>Nothing is connected yet. Go back to where you began, and confirm this org there (<code>POST /v1/connections/consents/{consent.Id}/confirm</code>).</p>
            """
        );

    public static Page Done(Consent consent) =>
        new(
            StatusCodes.Status200OK,
            "Connected",
            $"{Org(consent)}<p>The org is connected to the workspace <strong>{Page.Text(consent.Workspace)}</strong>. You can close this page.</p>"
        );

    public static Page Cancelled() =>
        new(
            StatusCodes.Status200OK,
            "Nothing was connected",
            "<p>The access was given back to Salesforce. You can close this page.</p>"
        );

    /// <param name="callback">To copy into an app; where it is not known, the steps leave it out.</param>
    public static Page Error(int status, OAuthError error, Uri callback)
    {
        var body = new StringBuilder();
        body.Append(
            $"<p>{Page.Text(error.Detail)}</p><dl><dt>Code</dt><dd><code>{error.Kind.Code}</code></dd><dt>Why</dt><dd>{Page.Text(error.Kind.Cause)}</dd><dt>What to do</dt><dd>{Page.Text(error.Kind.Fix)}</dd></dl>"
        );
        foreach (var fix in OAuthError.Fixes(callback))
        {
            body.Append($"<h2>{Page.Text(fix.Title)}</h2><ol>");
            foreach (var step in fix.Steps)
                body.Append($"<li>{Page.Text(step)}</li>");
            body.Append("</ol>");
        }
        return new Page(status, OAuthError.Title, body.ToString());
    }

    private const string Choice = """
        <p>Leads were held while the connection was not authorised. What is to become of them?</p>
        <p><label><input type="radio" name="waiting" value="send" required> Send them</label><br><label><input type="radio" name="waiting" value="discard"> Discard them</label></p>
        """;

    private static string Org(Consent consent) =>
        $"""
            <dl>
            <dt>Org</dt><dd>{Page.Text(consent.OrgName)}</dd>
            <dt>Org ID</dt><dd><code>{Page.Text(consent.OrgId)}</code></dd>
            <dt>Environment</dt><dd>{Page.Text(consent.Environment)}</dd>
            <dt>User</dt><dd>{Page.Text(consent.Username)}</dd>
            </dl>
            """;

    private static string Meaning(string direction) =>
        direction switch
        {
            "push" => "read leads and contacts, and create and update them",
            "pull" => "read leads and contacts; it never writes",
            _ => "read, create and update leads and contacts",
        };
}
