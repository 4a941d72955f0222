using System.Globalization;
using Spectre.Console;

namespace LeadSync.Local.Demo;

/// <summary>The table at the end of a run.</summary>
public static class OutcomeTable
{
    /// <param name="calls">API calls that the CRM has seen meanwhile; null when it does not say.</param>
    public static Table Make(OutcomeResult outcome, CaptureResult captured, int badRows, ApiCalls? calls)
    {
        var counts = outcome.Counts;
        var table = new Table().Border(TableBorder.Rounded).AddColumns("", "leads", "");
        table.Columns[1].RightAligned();

        Row("captured", captured.Accepted, "");
        if (badRows > 0)
            Row("bad rows", badRows, "not captured; named above by line");
        if (captured.Rejected.Count > 0)
            Row("rejected", captured.Rejected.Count, "by Gateway; named above by line");
        Row("attempted", counts.Attempted, "");
        Row("created", counts.Created, "");
        Row("updated", counts.Updated, "");
        Row("unchanged", counts.Unchanged, "");
        Row("skipped", counts.Skipped, "");
        Row("failed", counts.Failed, "");
        foreach (var failure in counts.Failures ?? [])
            Row($"  {failure.Code}", failure.Count, string.Join("\n", Sentences(failure)));
        if (counts.Unrouted > 0)
            Row("routed nowhere", counts.Unrouted, "no enabled route takes them; see deploy/local/demo.yaml");
        if (outcome.Missing > 0)
            Row("without outcome", outcome.Missing, "waiting was given up; see the logs");

        table.AddEmptyRow();
        var rate = outcome.Took > TimeSpan.Zero ? counts.Attempted / outcome.Took.TotalSeconds : 0;
        table.AddRow(
            "leads/s",
            rate.ToString("N0", CultureInfo.InvariantCulture),
            $"in {outcome.Took.TotalSeconds:0.0} s"
        );
        table.AddRow(
            "API calls",
            calls?.All.ToString("N0", CultureInfo.InvariantCulture) ?? "?",
            calls is null ? "the CRM does not say" : $"as the CRM counted them; {calls.Writing} of them writing"
        );
        return table;

        void Row(string name, int count, string remark) =>
            table.AddRow(
                new Text(name),
                new Text(count.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(remark)
            );
    }

    private static IEnumerable<string> Sentences(FailureCount failure)
    {
        if (failure.Cause is { Length: > 0 })
            yield return failure.Cause;
        if (failure.Fix is { Length: > 0 })
            yield return $"Fix: {failure.Fix}";
    }
}
