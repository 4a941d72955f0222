using System.Runtime.InteropServices;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Creates and updates records: collections of them as sub-requests of one composite call. Each record stands for itself,
/// and each collection has an outcome of its own, so that what is known of one is not lost with another.
/// </summary>
internal sealed class SalesforceWrite(SalesforceHttp http, SalesforceComposite composite, SalesforceOptions options)
{
    private const string Path = "/composite/sobjects";

    public async Task<WriteReport> WriteAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        CancellationToken cancellationToken
    )
    {
        if (writes.Count > options.WritesPerCall)
            throw new ArgumentException($"More than {options.WritesPerCall} writes.", nameof(writes));
        var (together, alone) = Pack(writes);
        var results = new WriteResult[writes.Count];
        var calls = 0;
        if (together.Count > 0)
            calls = await SendTogetherAsync(session, writes, together, results, cancellationToken);

        CrmFailure? stopped = null;
        foreach (var collection in alone)
        {
            if (stopped is not null)
            {
                SalesforceResults.Fill(collection, results, stopped);
                continue;
            }
            try
            {
                calls += await SendAloneAsync(session, writes, collection, results, cancellationToken);
            }
            // What was already written must be told, so from the second call on nothing is thrown.
            catch (Exception e) when (calls > 0)
            {
                stopped =
                    (e as CrmException)?.Failure
                    ?? SalesforceErrors.Unavailable("LeadSync was stopped before this was sent.");
                var isOpen = e is OperationCanceledException;
                SalesforceResults.Fill(
                    collection,
                    results,
                    isOpen ? SalesforceErrors.Lost("LeadSync was stopped before the answer was there.") : stopped
                );
            }
        }
        return new WriteReport(results, calls);
    }

    private (List<SalesforceCollection> Together, List<SalesforceCollection> Alone) Pack(
        IReadOnlyList<RecordWrite> writes
    )
    {
        var ordinary = new List<int>(writes.Count);
        var odd = new List<int>();
        for (var index = 0; index < writes.Count; index++)
        {
            SalesforceCollection.Check(writes[index]);
            (SalesforceReference.LooksLikeOne(writes[index]) ? odd : ordinary).Add(index);
        }
        return (
            SalesforceCollection.Pack(
                writes,
                ordinary,
                options.RecordsPerCollection,
                SalesforceOptions.HeavyPartsPerCall
            ),
            SalesforceCollection.Pack(writes, odd, options.RecordsPerCollection, int.MaxValue)
        );
    }

    private async Task<int> SendTogetherAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        List<SalesforceCollection> collections,
        WriteResult[] results,
        CancellationToken cancellationToken
    )
    {
        var parts = collections.ConvertAll(collection => new SalesforcePart(
            collection.Method,
            composite.Root + Path,
            json => Write(json, (writes, collection))
        ));
        try
        {
            var (replies, answer) = await composite.SendAsync(session, parts, writes: true, cancellationToken);
            for (var index = 0; index < collections.Count; index++)
                SalesforceResults.Read(replies[index], answer.RequestId, writes, collections[index], results);
            return answer.Calls;
        }
        catch (CrmException e) when (IsOfTheWrites(e))
        {
            var isWholeBatch = collections.Count > 1 || collections[0].Indexes.Count > 1;
            foreach (var collection in collections)
                SalesforceResults.Fill(collection, results, e.Failure, isWholeBatch);
            return e.Calls;
        }
    }

    private async Task<int> SendAloneAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        SalesforceCollection collection,
        WriteResult[] results,
        CancellationToken cancellationToken
    )
    {
        using var body = SalesforceBody.Write((writes, collection), Write);
        var call = new SalesforceCall(session, collection.Method, Path, Writes: true) { Body = body };
        try
        {
            var answer = await http.SendAsync(call, cancellationToken);
            SalesforceResults.Read(new(200, answer.Json), answer.RequestId, writes, collection, results);
            return answer.Calls;
        }
        catch (CrmException e) when (IsOfTheWrites(e))
        {
            SalesforceResults.Fill(collection, results, e.Failure, collection.Indexes.Count > 1);
            return e.Calls;
        }
    }

    // Anything else is of the org or the session: nothing was written, and no write is to blame. A refusal of the whole as
    // malformed or too large is of the writes too, also from a firewall that dislikes what somebody typed.
    private static bool IsOfTheWrites(CrmException e) =>
        e.Failure
            is { Class: FailureClass.UnknownOutcome or FailureClass.Record }
                or { Code: "CRM_REFUSED", HttpStatus: 400 or 413 or 422 };

    private static void Write(
        Utf8JsonWriter json,
        (IReadOnlyList<RecordWrite> Writes, SalesforceCollection Collection) body
    )
    {
        json.WriteStartObject();
        json.WriteBoolean("allOrNone", false);
        json.WriteStartArray("records");
        foreach (var index in body.Collection.Indexes)
        {
            var write = body.Writes[index];
            json.WriteStartObject();
            json.WriteStartObject("attributes");
            json.WriteString("type", write.Object);
            json.WriteEndObject();
            if (write.RecordId is not null)
                json.WriteString("id", write.RecordId);
            foreach (var (name, value) in write.Fields)
            {
                json.WritePropertyName(name);
                // As it came: a number keeps its digits, and no text is escaped twice.
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
