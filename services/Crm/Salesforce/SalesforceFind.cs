using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Finds records by id and email over several objects, and owners: the queries of all objects go as sub-requests of one
/// composite call, because a query's own address may be only 16 KB long. Pages of an answer are followed the same way, all at
/// once.
/// </summary>
internal sealed class SalesforceFind(SalesforceComposite composite, TimeProvider clock)
{
    /// <param name="Of">Null for a page of owners.</param>
    private sealed record Page(ObjectSearch? Of, string Url);

    public async Task<Found> FindAsync(CrmSession session, Search search, CancellationToken cancellationToken)
    {
        var owners = search.Owners is null ? null : new SalesforceOwners();
        var waiting = new Queue<Page>([
            .. search.Objects.SelectMany(part => FirstPages(session, part, search.DeletedToo)),
            .. SalesforceOwners.Queries(search.Owners).Select(query => new Page(null, Address("query", query))),
        ]);
        var records = new Dictionary<string, CrmRecord>(StringComparer.Ordinal);
        DateTimeOffset? serverTime = null;
        string? requestId = null;
        var calls = 0;
        while (waiting.Count > 0)
        {
            var pages = new List<Page>(SalesforceOptions.HeavyPartsPerCall);
            while (pages.Count < SalesforceOptions.HeavyPartsPerCall && waiting.TryDequeue(out var page))
                pages.Add(page);
            var parts = pages.ConvertAll(page => new SalesforcePart(HttpMethod.Get, page.Url));
            var (replies, answer) = await composite.SendAsync(session, parts, writes: false, cancellationToken);
            for (var index = 0; index < pages.Count; index++)
            {
                var next = pages[index].Of is { } of
                    ? Read(of, replies[index], answer, records)
                    : owners!.Read(replies[index], answer);
                if (next is not null)
                    waiting.Enqueue(pages[index] with { Url = next });
            }
            calls += answer.Calls;
            // The first answer's clock is the latest instant that all that was found is known to include.
            serverTime ??= answer.ServerTime;
            requestId ??= answer.RequestId;
        }
        return new Found([.. records.Values], serverTime ?? clock.GetUtcNow(), calls, requestId)
        {
            Owners = owners?.All,
        };
    }

    private IEnumerable<Page> FirstPages(CrmSession session, ObjectSearch search, bool deletedToo)
    {
        foreach (var name in (string?[])[search.Object, search.ExternalIds?.Field, .. search.Fields])
        {
            if (name is not null && !SoqlText.IsName(name))
                throw SalesforceErrors.NoSuchName(name);
        }
        var soql = new Soql(search.Object, Columns(search, deletedToo).Concat(search.Fields))
            .In("Id", Ids(search.RecordIds))
            .In("Email", search.Emails.Where(CanBeAddress).Distinct(StringComparer.OrdinalIgnoreCase));
        if (search.ExternalIds is { } known)
            soql.In(known.Field, known.Values.Where(CanBeText).Distinct(StringComparer.OrdinalIgnoreCase));
        foreach (var name in search.Names.Where(name => CanBeText(name.Company) && CanBeText(name.LastName)).Distinct())
            soql.All((SalesforceRecords.CompanyOf(search.Object), name.Company), ("LastName", name.LastName));
        if (search.CreatedSince is { } since)
        {
            if (!RecordId.TryLengthen(session.UserId, out var userId))
                throw new ArgumentException("CreatedSince needs a session that knows its user.", nameof(session));
            soql.CreatedSince(since, userId);
        }
        return soql.Build().Select(query => new Page(search, Address(deletedToo ? "queryAll" : "query", query)));
    }

    private string Address(string resource, string query) =>
        $"{composite.Root}/{resource}?q={Uri.EscapeDataString(query)}";

    private static IEnumerable<string> Columns(ObjectSearch search, bool deletedToo) =>
        SalesforceRecords.Columns(
            search.Object,
            hasEmail: search.Object is "Lead" or "Contact" || search.Emails.Count > 0,
            names: search.Names.Count > 0,
            deletedToo
        );

    /// <summary>One malformed id makes Salesforce refuse the whole query; and no record has it.</summary>
    public static IEnumerable<string> Ids(IEnumerable<string> ids)
    {
        var distinct = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (RecordId.TryLengthen(id, out var longId) && distinct.Add(longId))
                yield return longId;
        }
    }

    private static bool CanBeAddress(string text) => text.Contains('@', StringComparison.Ordinal) && CanBeText(text);

    // An empty text would find every record that holds nothing; control characters and broken pairs no field can hold.
    private static bool CanBeText(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return false;
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsControl(text[index]))
                return false;
            if (!char.IsSurrogate(text[index]))
                continue;
            if (index + 1 == text.Length || !char.IsSurrogatePair(text[index], text[index + 1]))
                return false;
            index++;
        }
        return true;
    }

    private static string? Read(
        ObjectSearch search,
        SalesforceReply? reply,
        SalesforceAnswer answer,
        Dictionary<string, CrmRecord> records
    )
    {
        var body = SalesforceComposite.Require(reply, answer);
        if (body.Member("records") is not { ValueKind: JsonValueKind.Array } rows)
            throw SalesforceQuery.Unreadable(answer);
        foreach (var row in rows.EnumerateArray())
        {
            var record =
                SalesforceRecords.Read(search.Object, search.Fields, row) ?? throw SalesforceQuery.Unreadable(answer);
            records.TryAdd(record.Id, record);
        }
        return SalesforceQuery.Next(body, answer);
    }
}
