using System.Text;

namespace LeadSync.Local.Leads;

/// <summary>One record of a CSV text: its fields, or why they cannot be read.</summary>
/// <param name="Line">The line in the file on which the record starts, counted from 1.</param>
/// <param name="Fault">What is wrong; null when the fields are good.</param>
public sealed record CsvRow(int Line, IReadOnlyList<string> Fields, string? Fault = null);

/// <summary>
/// Reads delimited text as RFC 4180 has it. A record that cannot be read costs its first line only: reading goes on with the
/// next line, so that one forgotten quote does not swallow the rest of a file.
/// </summary>
public static class CsvRows
{
    private const char Quote = '"';

    /// <summary>Reads every record; blank lines are none.</summary>
    /// <param name="columns">How many fields a record must have; null: any number.</param>
    public static IEnumerable<CsvRow> Read(string text, char delimiter, int? columns = null)
    {
        var at = 0;
        var line = 1;
        while (at < text.Length)
        {
            var (fields, end, fault) = ReadRecord(text, at, delimiter);
            if (fault is null && columns is not null && fields.Count != columns)
                fault = $"has {fields.Count} fields where the header has {columns}";
            if (fault is not null)
                end = EndOfLine(text, at);

            if (fault is not null || !IsBlank(text, at, end))
                yield return new CsvRow(line, fault is null ? fields : [], fault);
            line += CountLines(text, at, end);
            at = end;
        }
    }

    private static (List<string> Fields, int End, string? Fault) ReadRecord(string text, int at, char delimiter)
    {
        var fields = new List<string>();
        while (true)
        {
            var start = at;
            while (start < text.Length && text[start] == ' ' && delimiter != ' ')
                start++;

            string? fault = null;
            var field =
                start < text.Length && text[start] == Quote
                    ? ReadQuoted(text, start, delimiter, out at, out fault)
                    : ReadPlain(text, at, delimiter, out at);
            if (fault is not null)
                return ([], at, fault);
            fields.Add(field);

            if (at == text.Length || text[at] != delimiter)
                return (fields, AfterLineBreak(text, at), null);
            at++;
        }
    }

    private static string ReadPlain(string text, int at, char delimiter, out int end)
    {
        end = at;
        while (end < text.Length && text[end] != delimiter && !IsLineBreak(text[end]))
            end++;
        return text[at..end].Trim(' ');
    }

    private static string ReadQuoted(string text, int at, char delimiter, out int end, out string? fault)
    {
        var value = new StringBuilder();
        fault = null;
        for (end = at + 1; end < text.Length; end++)
        {
            if (text[end] != Quote)
            {
                value.Append(text[end]);
                continue;
            }
            if (end + 1 < text.Length && text[end + 1] == Quote)
            {
                value.Append(Quote);
                end++;
                continue;
            }

            end++;
            while (end < text.Length && text[end] == ' ')
                end++;
            if (end < text.Length && text[end] != delimiter && !IsLineBreak(text[end]))
                fault = "has text after a closing quote (a quote inside a quoted field is written twice)";
            return value.ToString();
        }
        fault = "has a quote that is opened and never closed";
        return "";
    }

    private static bool IsLineBreak(char character) => character is '\n' or '\r';

    private static int AfterLineBreak(string text, int at)
    {
        if (at < text.Length && text[at] == '\r')
            at++;
        else if (at < text.Length)
            return at + 1;
        return at < text.Length && text[at] == '\n' ? at + 1 : at;
    }

    private static int EndOfLine(string text, int at)
    {
        while (at < text.Length && !IsLineBreak(text[at]))
            at++;
        return AfterLineBreak(text, at);
    }

    private static bool IsBlank(string text, int from, int to)
    {
        for (var at = from; at < to; at++)
            if (text[at] is not (' ' or '\n' or '\r'))
                return false;
        return true;
    }

    private static int CountLines(string text, int from, int to)
    {
        var lines = 0;
        for (var at = from; at < to; at = EndOfLine(text, at))
            lines++;
        return lines;
    }
}
