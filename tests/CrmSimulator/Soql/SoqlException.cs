namespace LeadSync.CrmSimulator.Soql;

/// <summary>A query that cannot be run, with the CRM's code and words. Always a 400.</summary>
public sealed class SoqlException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    public static SoqlException Unexpected(string token) => new("MALFORMED_QUERY", $"unexpected token: {token}");

    /// <summary>An error that shows its place: the query, a caret under the word, row and column, then the message.</summary>
    public static SoqlException At(string code, string query, int position, string message)
    {
        // Long queries are shown as a window around the word.
        const int before = 60;
        const int after = 60;
        var lineStart = query.LastIndexOf('\n', Math.Max(0, position - 1)) + 1;
        var lineEnd = query.IndexOf('\n', position);
        lineEnd = lineEnd < 0 ? query.Length : lineEnd;
        var row = query.AsSpan(0, lineStart).Count('\n') + 1;
        var from = Math.Max(lineStart, position - before);
        var to = Math.Min(lineEnd, position + after);
        return new(
            code,
            $"\n{query[from..to]}\n{new string(' ', position - from)}^\nERROR at Row:{row}:Column:{position - lineStart + 1}\n{message}"
        );
    }
}
