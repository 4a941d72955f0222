using System.Runtime.InteropServices;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Creates and updates records: collections of them as sub-requests of one composite call. Each record stands for itself,
/// and each collection has an outcome of its own, so that what is known of one is not lost with another.
/// </summary>
internal sealed class SalesforceWrite(SalesforceComposite composite, SalesforceOptions options)
{
    public async Task<WriteReport> WriteAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        CancellationToken cancellationToken
    )
    {
        if (writes.Count == 0)
            return new WriteReport([], 0);
        if (writes.Count > options.WritesPerCall)
            throw new ArgumentException($"More than {options.WritesPerCall} writes.", nameof(writes));
        var collections = SalesforceCollection.Pack(
            writes,
            options.RecordsPerCollection,
            SalesforceOptions.HeavyPartsPerCall
        );
        var parts = collections.ConvertAll(collection => new SalesforcePart(
            collection.Creates ? HttpMethod.Post : HttpMethod.Patch,
            composite.Root + "/composite/sobjects",
            json => Write(json, writes, collection)
        ));

        var results = new WriteResult[writes.Count];
        try
        {
            var (replies, answer) = await composite.SendAsync(session, parts, writes: true, cancellationToken);
            for (var index = 0; index < collections.Count; index++)
                SalesforceResults.Read(replies[index], answer.RequestId, writes, collections[index], results);
            return new WriteReport(results, answer.Calls);
        }
        catch (CrmException e) when (e.Failure.Class == FailureClass.UnknownOutcome)
        {
            Array.Fill(results, new WriteResult(WriteStatus.Unknown, null, e.Failure, e.Failure.RequestId));
            return new WriteReport(results, e.Calls);
        }
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<RecordWrite> writes, SalesforceCollection collection)
    {
        json.WriteStartObject();
        json.WriteBoolean("allOrNone", false);
        json.WriteStartArray("records");
        foreach (var index in collection.Indexes)
        {
            var write = writes[index];
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
