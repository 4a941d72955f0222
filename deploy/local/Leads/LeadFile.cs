using System.Security.Cryptography;

namespace LeadSync.Local.Leads;

/// <summary>One lead of a file, ready to be captured.</summary>
public sealed record LeadRow(int Line, string LeadId, IReadOnlyDictionary<string, string> Fields);

/// <summary>A row that is no lead, and why. The reason names no value: values are people.</summary>
public sealed record BadRow(int Line, string Reason);

/// <summary>A list of leads as somebody's spreadsheet wrote it.</summary>
public sealed record LeadFile(
    char Delimiter,
    string Encoding,
    IReadOnlyList<LeadColumn> Columns,
    IReadOnlyList<LeadRow> Leads,
    IReadOnlyList<BadRow> BadRows
)
{
    /// <summary>The longest id that a source may give a lead.</summary>
    public const int LongestLeadId = 200;

    /// <summary>Reads a file whose first line is a header; <see cref="InvalidDataException"/> when there is none.</summary>
    public static LeadFile Read(byte[] bytes)
    {
        var (text, encoding) = FileText.Decode(bytes);
        var delimiter = FileText.Delimiter(text);
        var header =
            CsvRows.Read(text, delimiter).FirstOrDefault()
            ?? throw new InvalidDataException("the file is empty; its first line must name the columns");
        if (header.Fault is not null)
            throw new InvalidDataException($"the header on line {header.Line} {header.Fault}");

        var columns = LeadColumns.Recognise(header.Fields);
        var leads = new List<LeadRow>();
        var bad = new List<BadRow>();
        foreach (var row in CsvRows.Read(text, delimiter, header.Fields.Count).Skip(1))
        {
            if (row.Fault is not null)
                bad.Add(new BadRow(row.Line, row.Fault));
            else if (ToLead(row, columns, out var reason) is { } lead)
                leads.Add(lead);
            else
                bad.Add(new BadRow(row.Line, reason));
        }
        return new LeadFile(delimiter, encoding, columns, leads, bad);
    }

    private static LeadRow? ToLead(CsvRow row, IReadOnlyList<LeadColumn> columns, out string reason)
    {
        reason = "";
        var id = "";
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (column, value) in columns.Zip(row.Fields))
        {
            // An empty cell says nothing: the field stays absent, and what the CRM holds stays too.
            if (string.IsNullOrWhiteSpace(value))
                continue;
            if (column.Role == ColumnRole.Id)
                id = value.Trim();
            else if (column.Role == ColumnRole.WholeName)
                AddName(value, fields);
            else if (column.Role != ColumnRole.Ignored)
                fields[column.Field] = value;
        }

        if (fields.Count == 0)
            reason = "holds nothing usable: every column that could be a lead field is empty";
        else if (id.Length > LongestLeadId || id.Any(char.IsControl))
            reason = $"has an id that is longer than {LongestLeadId} characters or has control characters";
        return reason.Length > 0 ? null : new LeadRow(row.Line, id.Length > 0 ? id : DerivedId(fields), fields);
    }

    // The same person keeps the same id when the list is captured again: by email, else by everything the row says.
    private static string DerivedId(Dictionary<string, string> fields)
    {
        if (fields.TryGetValue("email", out var email))
        {
            var id = email.Trim().ToLowerInvariant();
            if (id.Length <= LongestLeadId && !id.Any(char.IsControl))
                return id;
        }
        var all = fields
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => $"{field.Key}\n{field.Value}");
        var hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join("\n\n", all)));
        return $"row-{Convert.ToHexStringLower(hash)[..24]}";
    }

    // "Ada King Lovelace" and "Lovelace, Ada King": the last word, or what stands before the comma, is the family name.
    private static void AddName(string name, Dictionary<string, string> fields)
    {
        name = name.Trim();
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        var blank = name.LastIndexOf(' ');
        var (first, last) =
            comma > 0 ? (name[(comma + 1)..], name[..comma])
            : blank > 0 ? (name[..blank], name[(blank + 1)..])
            : ("", name);
        if (!string.IsNullOrWhiteSpace(first))
            fields["firstName"] = first.Trim();
        fields["lastName"] = last.Trim();
    }
}
