using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Reads records page by page. A query too long for an address goes as the one part of a composite call; what continues it is
/// used as Salesforce gave it.
/// </summary>
internal sealed class SalesforceQuery(SalesforceHttp http, SalesforceComposite composite)
{
    // Salesforce takes 16,384 bytes for the address and all headers, and a token may be long.
    private const int LongestAddress = 8_000;

    /// <summary>Where Salesforce's own addresses begin; any other host than the org's must never see the token.</summary>
    private const string OnTheSameHost = "/services/data/";

    public Task<RecordPage> StartAsync(CrmSession session, RecordQuery query, CancellationToken cancellationToken)
    {
        var resource = query.DeletedToo ? "/queryAll" : "/query";
        var address = $"{http.Root}{resource}?q={Uri.EscapeDataString(SoqlQuery.Write(query))}";
        return address.Length <= LongestAddress
            ? ReadAsync(session, query, address, cancellationToken)
            : ReadInCompositeAsync(session, query, address, cancellationToken);
    }

    /// <exception cref="ArgumentException">What continues it is nothing that a page gave.</exception>
    public Task<RecordPage> ContinueAsync(
        CrmSession session,
        RecordQuery query,
        string nextPage,
        CancellationToken cancellationToken
    ) =>
        nextPage.StartsWith(OnTheSameHost, StringComparison.Ordinal)
            ? ReadAsync(session, query, nextPage, cancellationToken)
            : throw new ArgumentException("Nothing that continues a query.", nameof(nextPage));

    private async Task<RecordPage> ReadAsync(
        CrmSession session,
        RecordQuery query,
        string address,
        CancellationToken cancellationToken
    )
    {
        var call = new SalesforceCall(session, HttpMethod.Get, "") { Verbatim = address };
        var answer = await http.SendAsync(call, cancellationToken);
        return Read(query, answer.Json, answer);
    }

    private async Task<RecordPage> ReadInCompositeAsync(
        CrmSession session,
        RecordQuery query,
        string address,
        CancellationToken cancellationToken
    )
    {
        var part = new SalesforcePart(HttpMethod.Get, address);
        var (replies, answer) = await composite.SendAsync(session, [part], writes: false, cancellationToken);
        return Read(query, SalesforceComposite.Require(replies[0], answer), answer);
    }

    private static RecordPage Read(RecordQuery query, JsonElement body, SalesforceAnswer answer)
    {
        if (body.Member("records") is not { ValueKind: JsonValueKind.Array } rows)
            throw Unreadable(answer);
        var records = new List<CrmRecord>(rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
            records.Add(SalesforceRecords.Read(query.Schema.Object, query.Fields, row) ?? throw Unreadable(answer));
        return new RecordPage(
            records,
            body.Number("totalSize") ?? records.Count,
            Next(body, answer),
            answer.ServerTime,
            answer.Calls,
            answer.RequestId
        );
    }

    /// <summary>Where an answer to a query goes on; null where it is complete.</summary>
    /// <exception cref="CrmException">It says that it goes on but not where, so that it would pass for complete.</exception>
    public static string? Next(JsonElement body, SalesforceAnswer answer)
    {
        var next = body.Text("nextRecordsUrl");
        if (next is null && body.Flag("done") == true)
            return null;
        return next is not null && next.StartsWith(OnTheSameHost, StringComparison.Ordinal)
            ? next
            : throw Unreadable(answer);
    }

    public static CrmException Unreadable(SalesforceAnswer answer) =>
        answer.Unreadable("Salesforce's answer to a query cannot be read.");
}
