using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>Reads records by their ids, many in a call: not by a query, so that nothing stands between an id and its record.</summary>
internal sealed class SalesforceRetrieve(SalesforceHttp http, TimeProvider clock)
{
    /// <summary>Ids that Salesforce takes in one call.</summary>
    private const int IdsPerCall = 2_000;

    public async Task<Found> ReadAsync(
        CrmSession session,
        ObjectSchema schema,
        IEnumerable<string> recordIds,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellationToken
    )
    {
        var names = fields.Select(name => schema.Find(name)?.Name ?? throw SalesforceErrors.NoSuchName(name)).ToList();
        string[] columns = [.. SalesforceRecords.Columns(schema).Concat(names).Distinct(StringComparer.Ordinal)];
        var records = new List<CrmRecord>();
        DateTimeOffset? serverTime = null;
        string? requestId = null;
        var calls = 0;
        foreach (var ids in LongIds(recordIds).Chunk(IdsPerCall))
        {
            using var body = SalesforceBody.Write((ids, columns), Write);
            // A POST that changes nothing.
            var call = new SalesforceCall(
                session,
                HttpMethod.Post,
                $"/composite/sobjects/{SoqlText.Name(schema.Object)}"
            )
            {
                Body = body,
            };
            var answer = await http.SendAsync(call, cancellationToken);
            records.AddRange(Read(schema, fields, ids.Length, answer));
            calls += answer.Calls;
            serverTime ??= answer.ServerTime;
            requestId ??= answer.RequestId;
        }
        return new Found(records, serverTime ?? clock.GetUtcNow(), calls, requestId);
    }

    private static IEnumerable<string> LongIds(IEnumerable<string> recordIds) =>
        recordIds
            .Select(id => RecordId.TryLengthen(id, out var longId) ? longId : null)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);

    private static IEnumerable<CrmRecord> Read(
        ObjectSchema schema,
        IReadOnlyCollection<string> fields,
        int asked,
        SalesforceAnswer answer
    )
    {
        // One item for each id, null where there is no such record: fewer would pass for records that are gone.
        if (answer.Json.ValueKind != JsonValueKind.Array || answer.Json.GetArrayLength() != asked)
            throw Unreadable(answer);
        return answer
            .Json.EnumerateArray()
            .Where(row => row.ValueKind != JsonValueKind.Null)
            .Select(row => SalesforceRecords.Read(schema.Object, fields, row) ?? throw Unreadable(answer));
    }

    private static CrmException Unreadable(SalesforceAnswer answer) =>
        answer.Unreadable("Salesforce's answer to a retrieve cannot be read.");

    private static void Write(Utf8JsonWriter json, (string[] Ids, string[] Columns) body)
    {
        json.WriteStartObject();
        json.WriteStartArray("ids");
        foreach (var id in body.Ids)
            json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteStartArray("fields");
        foreach (var column in body.Columns)
            json.WriteStringValue(column);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
