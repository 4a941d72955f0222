using System.Net;
using System.Text;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>The pages of authorize in plain HTML. Everything that came from outside is escaped.</summary>
internal static class ConsentPage
{
    private static readonly Dictionary<string, string> ErrorCodes = new(StringComparer.Ordinal)
    {
        ["app must be installed into org"] = "OAUTH_APPROVAL_ERROR_GENERIC",
        ["External client app is not installed in this org"] = "OAUTH_EC_APP_NOT_FOUND",
    };

    public static ApiAnswer Ask(AuthorizeOutcome.Asked asked)
    {
        var (app, request, user) = (asked.App, asked.Request, asked.SignedIn);
        var page = new StringBuilder();
        page.Append("<h1>Allow access?</h1>");
        if (asked.Problem is { } problem)
            page.Append($"<p role=\"alert\">{Text(problem)}</p>");
        page.Append($"<p><strong>{Text(app.Name)}</strong> is asking to:</p><ul>");
        foreach (var scope in request.Scopes(app))
            page.Append($"<li>{Text(Meaning(scope))}</li>");
        page.Append("</ul><form method=\"post\" action=\"/services/oauth2/authorize\">");
        foreach (var (name, value) in request.Parameters)
            page.Append($"<input type=\"hidden\" name=\"{Text(name)}\" value=\"{Text(value)}\">");
        if (user is not null)
        {
            page.Append(
                $"<p>You are signed in as <strong>{Text(user.Username)}</strong> of <strong>{Text(user.Org.Name)}</strong> ({Text(user.Org.Id)}).</p>"
            );
            page.Append($"<input type=\"hidden\" name=\"username\" value=\"{Text(user.Username)}\">");
        }
        else
        {
            page.Append("<p><label>Sign in as <select name=\"username\">");
            foreach (var one in asked.Users)
            {
                var chosen = string.Equals(one.Username, request.LoginHint, StringComparison.OrdinalIgnoreCase);
                page.Append(
                    $"<option value=\"{Text(one.Username)}\"{(chosen ? " selected" : "")}>{Text(one.Username)} - {Text(one.Name)}, {Text(one.Org.Name)}{(one.Org.Settings.IsSandbox ? " (sandbox)" : "")}</option>"
                );
            }

            page.Append("</select></label></p>");
        }

        page.Append(
            "<p><button type=\"submit\" name=\"decision\" value=\"allow\">Allow</button> <button type=\"submit\" name=\"decision\" value=\"deny\">Deny</button></p></form>"
        );
        if (user is not null)
        {
            var other = request.Parameters.Where(one => one.Key != "prompt").Append(new("prompt", "login"));
            page.Append(
                $"<p><a href=\"/services/oauth2/authorize?{Text(string.Join('&', other.Select(one => $"{one.Key}={Uri.EscapeDataString(one.Value)}")))}\">Not you?</a></p>"
            );
        }

        return Page(200, "Allow access?", page.ToString());
    }

    public static ApiAnswer Refusal(OauthException refusal)
    {
        var code = ErrorCodes.GetValueOrDefault(refusal.Description);
        return Page(
            400,
            "OAuth Error",
            $"<h1>OAuth Error</h1><p>{(code is null ? "" : $"{Text(code)}: ")}We can't authorize you because of an OAuth error. For more information, contact your Salesforce administrator.</p><p>error={Text(refusal.Error)}&amp;error_description={Text(refusal.Description)}</p>"
        );
    }

    private static ApiAnswer Page(int status, string title, string body) =>
        ApiAnswer.Text(
            status,
            "text/html; charset=utf-8",
            $"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Text(title)}</title></head><body>{body}</body></html>"
        ) with
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'",
                ["Referrer-Policy"] = "no-referrer",
            },
        };

    private static string Meaning(string scope) =>
        scope switch
        {
            "api" => "Manage user data via APIs",
            "refresh_token" or "offline_access" => "Perform requests at any time",
            "id" or "profile" or "email" or "address" or "phone" or "openid" => $"Access your identity ({scope})",
            "web" => "Manage user data via web browsers",
            "full" => "Full access",
            _ => scope,
        };

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
