using System.Globalization;
using LeadSync.Local.Demo;
using Spectre.Console;

namespace LeadSync.Local.Leads;

/// <summary>Shows how a list was understood.</summary>
public static class LeadFileReport
{
    public static void Show(IAnsiConsole console, string path, LeadFile file, int most)
    {
        var delimiter = file.Delimiter switch
        {
            ',' => "comma",
            ';' => "semicolon",
            '\t' => "tab",
            _ => "bar",
        };
        console.Say($"{path}: {file.Leads.Count} leads, {file.Encoding}, delimiter {delimiter}");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("column", "lead field");
        foreach (var column in file.Columns)
            table.AddRow(new Text(column.Name), new Text(Meaning(column)));
        console.Write(table);
        if (!file.Columns.Any(column => column.Role == ColumnRole.Id))
            console.Say("No id column: a lead's id is its email in lower case, else a hash of its row.");

        if (file.BadRows.Count == 0)
            return;
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[yellow]{file.BadRows.Count} bad rows are left out:[/]"
        );
        foreach (var row in file.BadRows.Take(most))
            console.Say($"  line {row.Line} {row.Reason}");
        ShowRest(console, file.BadRows.Count - most);
    }

    public static void ShowRejected(
        IAnsiConsole console,
        IReadOnlyList<(LeadRow Row, CaptureAnswer Answer)> rejected,
        int most
    )
    {
        if (rejected.Count == 0)
            return;
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[yellow]{rejected.Count} rows were rejected by Gateway:[/]"
        );
        foreach (var (row, answer) in rejected.Take(most))
            console.Say($"  line {row.Line} {answer.Code}: {answer.Message} {answer.Fix}");
        ShowRest(console, rejected.Count - most);
    }

    private static void ShowRest(IAnsiConsole console, int count)
    {
        if (count > 0)
            console.Say($"  … and {count} more");
    }

    private static string Meaning(LeadColumn column) =>
        column.Role switch
        {
            ColumnRole.Field => column.Field,
            ColumnRole.Id => "the lead's id",
            ColumnRole.WholeName => "firstName + lastName",
            ColumnRole.Custom => $"custom field '{column.Field}'",
            _ => "left out: no usable name of its own",
        };
}
