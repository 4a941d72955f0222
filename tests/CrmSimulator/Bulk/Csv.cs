using System.Text;

namespace LeadSync.CrmSimulator.Bulk;

/// <summary>CSV as Bulk API 2.0 reads and writes it: quoted by RFC 4180, values never trimmed.</summary>
internal static class Csv
{
    /// <summary>Rows of cells; an empty line at the end is none.</summary>
    /// <exception cref="FormatException">A quote is not closed, or something follows one.</exception>
    public static List<string[]> Read(string text, char delimiter)
    {
        var rows = new List<string[]>();
        var cells = new List<string>();
        var at = 0;
        while (at < text.Length)
        {
            cells.Add(Cell(text, delimiter, ref at));
            if (at < text.Length && text[at] == delimiter)
            {
                at++;
                // A delimiter at the very end still begins a cell.
                if (at == text.Length)
                    cells.Add("");
                continue;
            }

            if (at < text.Length && text[at] == '\r')
                at++;
            if (at < text.Length && text[at] == '\n')
                at++;
            rows.Add([.. cells]);
            cells.Clear();
        }

        if (cells.Count > 0)
            rows.Add([.. cells]);
        return rows;
    }

    public static void Write(StringBuilder csv, IEnumerable<string> cells, char delimiter, string lineEnd)
    {
        csv.AppendJoin(delimiter, cells.Select(cell => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        csv.Append(lineEnd);
    }

    private static string Cell(string text, char delimiter, ref int at)
    {
        if (at >= text.Length || text[at] != '"')
        {
            var from = at;
            while (at < text.Length && text[at] != delimiter && text[at] is not ('\r' or '\n'))
                at++;
            return text[from..at];
        }

        var cell = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                cell.Append(text[at]);
                continue;
            }

            if (at + 1 < text.Length && text[at + 1] == '"')
            {
                cell.Append('"');
                at++;
                continue;
            }

            at++;
            return at == text.Length || text[at] == delimiter || text[at] is '\r' or '\n'
                ? cell.ToString()
                : throw new FormatException("a quoted cell goes on after its quote");
        }

        throw new FormatException("a quote is not closed");
    }
}
