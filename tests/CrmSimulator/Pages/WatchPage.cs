using System.Globalization;
using System.Net;
using System.Text;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Pages;

/// <summary>An org's newest records, the journal's newest requests and the faults, in plain HTML. Every value is escaped.</summary>
internal static class WatchPage
{
    private const int MostRows = 50;

    private const string Style =
        "body{font:14px system-ui,sans-serif;margin:1.5rem}table{border-collapse:collapse;margin:.5rem 0 1.5rem}"
        + "td,th{border:1px solid #bbb;padding:.2rem .5rem;text-align:left;vertical-align:top}"
        + ".bad{background:#fdd}form{display:inline}nav a{margin-right:1rem}";

    private static readonly string[] Objects = ["Lead", "Contact", "Account", "Campaign", "CampaignMember"];

    private static readonly Dictionary<string, string[]> Columns = new(StringComparer.Ordinal)
    {
        ["Lead"] = ["Name", "Email", "Company", "Phone", "Status", "LeadSource", "IsConverted"],
        ["Contact"] = ["Name", "Email", "Phone", "Title", "AccountId"],
        ["Account"] = ["Name", "Website", "Phone", "Industry"],
        ["Campaign"] = ["Name", "Status", "IsActive"],
        ["CampaignMember"] = ["CampaignId", "LeadOrContactId", "Status"],
    };

    private static readonly string[] Matches =
    [
        "",
        RequestKinds.Write,
        RequestKinds.Query,
        RequestKinds.Describe,
        RequestKinds.Composite,
        RequestKinds.Collections,
        RequestKinds.Token,
        RequestKinds.Refresh,
    ];

    /// <param name="refresh">Seconds until the page loads itself again; 0 never.</param>
    public static string Of(Simulator simulator, Org org, string objectName, int refresh)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">");
        if (refresh > 0)
            page.Append(CultureInfo.InvariantCulture, $"<meta http-equiv=\"refresh\" content=\"{refresh}\">");
        page.Append($"<title>{Text(org.Name)} - simulated CRM</title><style>{Style}</style></head><body>");
        page.Append($"<h1>Simulated CRM: {Text(org.Name)}</h1>");
        page.Append(
            CultureInfo.InvariantCulture,
            $"<p>Org {Text(org.Id)}, {org.ApiCallsUsed} of {org.Settings.DailyApiRequests} API calls used in 24 hours.</p>"
        );
        Links(page, simulator, org, objectName, refresh);
        Records(page, org, objectName);
        Faults(page, simulator);
        Journal(page, simulator);
        return page.Append("</body></html>").ToString();
    }

    private static void Links(StringBuilder page, Simulator simulator, Org org, string objectName, int refresh)
    {
        string Link(string text, string orgName, string show, int seconds) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"<a href=\"/?org={Text(Uri.EscapeDataString(orgName))}&amp;show={show}&amp;refresh={seconds}\">{Text(text)}</a>"
            );

        page.Append("<nav><p>");
        foreach (var other in simulator.Orgs.All.Where(other => other != org))
            page.Append(Link($"org {other.Name}", other.Name, objectName, refresh));
        foreach (var name in Objects)
            page.Append(Link($"{name}s", org.Name, name, refresh));
        page.Append(
            Link(refresh > 0 ? "stop refreshing" : "refresh by itself", org.Name, objectName, refresh > 0 ? 0 : 2)
        );
        page.Append("</p></nav>");
    }

    private static void Records(StringBuilder page, Org org, string objectName)
    {
        var records = org.Records(objectName);
        var columns = Columns.GetValueOrDefault(objectName, ["Name"]);
        page.Append(
            CultureInfo.InvariantCulture,
            $"<h2>{Text(objectName)}: {records.Count(record => !record.IsDeleted)} records</h2>"
        );
        Table(
            page,
            ["Id", .. columns, "Owner", "Created", "Changed"],
            records
                .Reverse()
                .Take(MostRows)
                .Select(record =>
                    (
                        record.IsDeleted,
                        (IEnumerable<string>)
                            [
                                record.Id,
                                .. columns.Select(column => Shown(record[column])),
                                Owner(org, record["OwnerId"] as string),
                                Shown(record["CreatedDate"]),
                                Shown(record["LastModifiedDate"]),
                            ]
                    )
                )
        );
    }

    private static string Owner(Org org, string? id) =>
        id is null ? ""
        : id.StartsWith("00G", StringComparison.Ordinal) ? Shown(org.Get("Group", id)?["Name"])
        : Shown(org.Get("User", id)?["Username"]);

    private static void Journal(StringBuilder page, Simulator simulator)
    {
        var entries = simulator.Journal.After(Math.Max(0, simulator.Journal.LastSequence - MostRows));
        page.Append("<h2>Journal: newest requests</h2>");
        Table(
            page,
            ["", "At", "Org", "Request", "Kind", "Records", "Status", "Fate", "Fault", "Effects"],
            entries
                .Reverse()
                .Select(entry =>
                    (
                        entry.Status >= 400 || entry.Fate is not (Fate.Answered or Fate.ByHand),
                        (IEnumerable<string>)
                            [
                                entry.Sequence.ToString(CultureInfo.InvariantCulture),
                                Shown(entry.At),
                                entry.Org,
                                $"{entry.Method} {(entry.Path.Length > 120 ? $"{entry.Path[..120]}..." : entry.Path)}",
                                entry.Kind,
                                entry.Records.ToString(CultureInfo.InvariantCulture),
                                entry.Status.ToString(CultureInfo.InvariantCulture),
                                JournalJson.Named(entry.Fate),
                                entry.Fault ?? "",
                                string.Join(
                                    ", ",
                                    entry
                                        .Effects.CountBy(change => $"{change.Object} {JournalJson.Named(change.Kind)}")
                                        .Select(one => $"{one.Value} {one.Key}")
                                ),
                            ]
                    )
                )
        );
    }

    private static void Faults(StringBuilder page, Simulator simulator)
    {
        page.Append("<h2>Faults</h2><table>");
        foreach (var state in simulator.Faults.All)
        {
            var rule = state.Rule;
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{Text(rule.Id)}</td><td>{Text(JournalJson.Named(rule.Kind))}</td><td>{Text(rule.Match.Kind ?? "any request")}</td><td>struck {state.Struck} of {state.Matched}</td><td><form method=\"post\" action=\"/faults\"><button name=\"off\" value=\"{Text(rule.Id)}\">switch off</button></form></td></tr>"
            );
        }

        page.Append("</table><form method=\"post\" action=\"/faults\"><select name=\"kind\">");
        foreach (var kind in Enum.GetValues<FaultKind>())
            page.Append($"<option value=\"{kind}\">{Text(JournalJson.Named(kind))}</option>");
        page.Append("</select> on <select name=\"match\">");
        foreach (var match in Matches)
            page.Append($"<option value=\"{match}\">{(match.Length == 0 ? "any request" : match)}</option>");
        page.Append(
            "</select> at most <input name=\"count\" size=\"4\" value=\"1\"> times, delay <input name=\"delay\" size=\"6\" value=\"0\"> ms <button>switch on</button></form>"
        );
    }

    private static void Table(
        StringBuilder page,
        IEnumerable<string> head,
        IEnumerable<(bool IsBad, IEnumerable<string> Cells)> rows
    )
    {
        page.Append("<table><tr>");
        foreach (var cell in head)
            page.Append($"<th>{Text(cell)}</th>");
        page.Append("</tr>");
        foreach (var (isBad, cells) in rows)
        {
            page.Append(isBad ? "<tr class=\"bad\">" : "<tr>");
            foreach (var cell in cells)
                page.Append($"<td>{Text(cell)}</td>");
            page.Append("</tr>");
        }

        page.Append("</table>");
    }

    private static string Shown(object? value) =>
        value switch
        {
            null => "",
            DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            bool truth => truth ? "yes" : "no",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => (string)value,
        };

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
