namespace LeadSync.Crm.Salesforce.Bulk;

/// <summary>Reads why a record of a writing job failed: <c>CODE:message:FIELDS --</c>, where the message may hold colons.</summary>
internal static class BulkError
{
    private const string End = "--";

    public static CrmFailure Read(string text)
    {
        var body = text.EndsWith(End, StringComparison.Ordinal) ? text[..^End.Length].TrimEnd() : text;
        var first = body.IndexOf(':', StringComparison.Ordinal);
        if (first < 0)
            return Judge(null, text, []);
        var last = body.LastIndexOf(':');
        var message = last > first ? body[(first + 1)..last] : body[(first + 1)..];
        var fields =
            last > first
                ? body[(last + 1)..]
                    .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : [];
        return Judge(body[..first], message, fields);
    }

    private static CrmFailure Judge(string? code, string message, string[] fields) =>
        SalesforceErrors.Judge(
            new SalesforceFault(code, SalesforceFault.Cut(message), fields, 200) { OfRecord = true },
            // A job's outcome is a fact: nothing about it is open.
            writes: false
        );
}
