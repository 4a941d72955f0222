using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace LeadSync.Connector.OAuth;

/// <summary>
/// A small page for people without an account here. Everything that came from outside is escaped, nothing runs in it, nothing
/// is loaded, and nobody may frame it.
/// </summary>
/// <param name="goTo">
/// Where the browser goes on to by itself. Not as a redirect of a form's answer: browsers hold those against where forms may
/// lead to, and nobody knows which hosts an org's own login passes through.
/// </param>
public sealed class Page(int status, string title, string body, Uri? goTo = null) : IResult
{
    private const string Style = """
        body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#1b1f24}
        h1{font-size:1.5rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dt{color:#57606a}dd{margin:0}
        button{font:inherit;padding:.5rem 1rem;margin:0 .5rem 0 0}code{overflow-wrap:anywhere}
        """;

    // The only style there is, by its hash: an injected one would not be applied.
    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    public static string Text(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        var onward = goTo is null ? "" : $"<meta http-equiv=\"refresh\" content=\"0;url={Text(goTo.AbsoluteUri)}\">";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'sha256-{StyleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.XFrameOptions = "DENY";
        // The address of this page holds a code or a link's secret.
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-store";
        return response.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{onward}<title>{Text(
                title
            )} - LeadSync</title><style>{Style}</style></head>
            <body>
            <h1>{Text(title)}</h1>
            {body}
            </body>
            </html>
            """,
            httpContext.RequestAborted
        );
    }
}
