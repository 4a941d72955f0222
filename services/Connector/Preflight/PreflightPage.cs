using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using LeadSync.Contracts;
using Microsoft.Net.Http.Headers;

namespace LeadSync.Connector.Preflight;

/// <summary>
/// The report as a page to read, print and send on: no script, nothing loaded from elsewhere. All that came from the org or
/// from people is escaped.
/// </summary>
public static class PreflightPage
{
    private const string Style = """
        body{font:15px/1.45 system-ui,sans-serif;color:#1d2733;max-width:52rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem;margin:0 0 .25rem}p{margin:.25rem 0}.facts{color:#52606d;margin-bottom:1.5rem}
        article{border-left:.4rem solid;padding:.5rem 1rem;margin:0 0 .75rem;break-inside:avoid;background:#f7f8fa}
        article h2{font-size:1rem;margin:0}.pass{border-color:#2e7d4f}.warn{border-color:#c77700}.fail{border-color:#b3261e}
        .status{font-weight:600;text-transform:uppercase;font-size:.8rem;margin-right:.5rem}
        .pass .status{color:#2e7d4f}.warn .status{color:#8a5200}.fail .status{color:#b3261e}.fix{font-weight:500}
        @media print{body{margin:0;font-size:11pt}article{background:none}}
        """;

    /// <summary>Whether the asker wants a page rather than JSON: the first of the two that it accepts.</summary>
    public static bool IsWanted(string? accept) =>
        MediaTypeHeaderValue.TryParseList(accept?.Split(','), out var accepted)
        && accepted
            .OrderByDescending(type => type.Quality ?? 1)
            .Select(type => type.MediaType.Value)
            .FirstOrDefault(type => type is "text/html" or "application/json" or "*/*") == "text/html";

    public static IResult Result(PreflightReport report) => new Page(Write(report));

    public static string Write(PreflightReport report)
    {
        var encoder = HtmlEncoder.Default;
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Preflight of ")
            .Append(encoder.Encode(report.Connection))
            .Append("</title><style>")
            .Append(Style)
            .Append("</style></head><body><h1>Preflight of ")
            .Append(encoder.Encode(report.Connection))
            .Append("</h1><p class=\"facts\">")
            .Append(
                encoder.Encode(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Org {report.OrgId}, direction {report.Direction}, {report.RanAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC. {Counts(report)}. Nothing was written."
                    )
                )
            )
            .Append("</p>");
        // What has to be done comes first.
        foreach (var finding in report.Findings.OrderByDescending(finding => finding.Status))
        {
            var status = Word(finding.Status);
            page.Append("<article class=\"").Append(status).Append("\"><h2><span class=\"status\">").Append(status);
            page.Append("</span>").Append(encoder.Encode(finding.Title)).Append("</h2><p>");
            page.Append(encoder.Encode(finding.Meaning)).Append("</p>");
            if (finding.Fix is { } fix)
                page.Append("<p class=\"fix\">").Append(encoder.Encode(fix)).Append("</p>");
            page.Append("</article>");
        }
        return page.Append("</body></html>").ToString();
    }

    private static string Counts(PreflightReport report) =>
        string.Join(
            ", ",
            Enum.GetValues<PreflightStatus>()
                .Reverse()
                .Select(status => $"{report.Findings.Count(finding => finding.Status == status)} {Word(status)}")
        );

    private static string Word(PreflightStatus status) =>
        status switch
        {
            PreflightStatus.Pass => "pass",
            PreflightStatus.Warn => "warn",
            _ => "fail",
        };

    private sealed class Page(string html) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = "text/html; charset=utf-8";
            response.Headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.CacheControl = "no-store";
            return response.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}
