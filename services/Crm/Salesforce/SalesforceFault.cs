using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadSync.Crm.Salesforce;

/// <summary>A refusal as it stood on the wire, not yet judged.</summary>
/// <param name="Code">Salesforce's code; null when the body was none of its error shapes (a proxy's or a maintenance page).</param>
/// <param name="Message">Salesforce's message, at most 500 characters; empty when it gave none.</param>
/// <param name="Fields">API names of the fields it is about.</param>
/// <param name="Status">HTTP status of the call or sub-request.</param>
internal sealed partial record SalesforceFault(string? Code, string Message, IReadOnlyList<string> Fields, int Status)
{
    public const int LongestMessage = 500;

    public string? RequestId { get; init; }
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What a duplicate rule has found.</summary>
    public IReadOnlyList<DuplicateRecord> Duplicates { get; init; } = [];

    /// <summary>The record that holds a value which must be unique.</summary>
    public string? HeldBy { get; init; }

    /// <summary>About one record inside a call that was itself accepted.</summary>
    public bool OfRecord { get; init; }

    /// <summary>
    /// Reads an error body: an array whose items name a code (<c>errorCode</c> for calls, <c>statusCode</c> for records). The
    /// first one decides; the messages of the others are appended, so that all that is to be mended is seen at once.
    /// </summary>
    public static SalesforceFault Read(JsonElement? body, int status)
    {
        if (body is not { ValueKind: JsonValueKind.Array } errors || errors.GetArrayLength() == 0)
            return new SalesforceFault(null, "", [], status);

        var first = errors[0];
        var code = first.Text("errorCode") ?? first.Text("statusCode");
        var message = first.Text("message") ?? "";
        var fields = FieldsOf(first, code, message);
        foreach (var another in errors.EnumerateArray().Skip(1))
        {
            message = $"{message}; {another.Text("message")}";
            fields = [.. fields, .. FieldsOf(another, another.Text("errorCode"), "")];
        }
        return new SalesforceFault(code, Cut(message), fields, status)
        {
            Duplicates = DuplicatesOf(first),
            HeldBy = code == "DUPLICATE_VALUE" ? HolderOf(message) : null,
        };
    }

    private static string[] FieldsOf(JsonElement error, string? code, string message)
    {
        if (error.Member("fields") is { ValueKind: JsonValueKind.Array } fields && fields.GetArrayLength() > 0)
        {
            return
            [
                .. fields
                    .EnumerateArray()
                    .Where(field => field.ValueKind == JsonValueKind.String)
                    .Select(field => field.GetString()!),
            ];
        }
        // Neither has a list of fields always: the text is the only place that names the column.
        var column =
            code == "INVALID_FIELD" ? MissingColumn().Match(message)
            : code == "DUPLICATE_VALUE" ? DuplicateValue().Match(message)
            : Match.Empty;
        return column.Success ? [column.Groups["column"].Value] : [];
    }

    private static IReadOnlyList<DuplicateRecord> DuplicatesOf(JsonElement error)
    {
        if (error.Member("duplicateResult") is not { } result)
            return [];
        return
        [
            .. from match in Items(result, "matchResults")
            from found in Items(match, "matchRecords")
            let record = found.Member("record")
            let type = match.Text("entityType") ?? record?.Member("attributes")?.Text("type")
            let id = RecordId.TryLengthen(record?.Text("Id"), out var longId) ? longId : null
            where type is not null && id is not null
            select new DuplicateRecord(type, id),
        ];
    }

    private static string? HolderOf(string message) =>
        RecordId.TryLengthen(DuplicateValue().Match(message).Groups["id"].Value, out var id) ? id : null;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    public static string Cut(string message)
    {
        if (message.Length <= LongestMessage)
            return message;
        var end = char.IsHighSurrogate(message[LongestMessage - 1]) ? LongestMessage - 1 : LongestMessage;
        return message[..end];
    }

    [GeneratedRegex("No such column '(?<column>[A-Za-z0-9_.]+)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MissingColumn();

    [GeneratedRegex(
        "duplicate value found: (?<column>[A-Za-z0-9_]+) duplicates value on record with id: (?<id>[A-Za-z0-9]{15,18})",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex DuplicateValue();
}
