using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>Reads what became of each write of a collection.</summary>
internal static class SalesforceResults
{
    public static void Read(
        SalesforceReply? reply,
        string? requestId,
        IReadOnlyList<RecordWrite> writes,
        SalesforceCollection collection,
        WriteResult[] results
    )
    {
        if (reply is { IsSuccess: false })
        {
            var fault = SalesforceFault.Read(reply.Body, reply.Status) with { RequestId = requestId };
            Fill(
                collection.Indexes,
                results,
                SalesforceErrors.Judge(fault, writes: true),
                collection.Indexes.Count > 1
            );
            return;
        }
        // Without one answer for each write it cannot be told which is whose.
        if (
            reply is not { Body: { ValueKind: JsonValueKind.Array } items }
            || items.GetArrayLength() != collection.Indexes.Count
        )
        {
            var lost = SalesforceErrors.Lost("Salesforce's answer to a collection cannot be read.");
            Fill(collection.Indexes, results, lost with { RequestId = requestId, HttpStatus = reply?.Status });
            return;
        }
        var place = 0;
        foreach (var item in items.EnumerateArray())
        {
            var index = collection.Indexes[place++];
            results[index] = Read(item, reply.Status, requestId, writes[index]);
        }
        MarkWholeBatch(writes, collection, results);
    }

    /// <summary>What became of a guarded update.</summary>
    public static WriteResult Read(SalesforceReply? reply, string? requestId, RecordWrite write)
    {
        if (reply is { Status: 204 } && RecordId.TryLengthen(write.RecordId, out var longId))
            return new WriteResult(WriteStatus.Written, longId, null, requestId);
        if (reply is null or { IsSuccess: true })
        {
            var lost = SalesforceErrors.Lost("Salesforce's answer to an update cannot be read.");
            return Failed(lost with { RequestId = requestId, HttpStatus = reply?.Status });
        }
        var fault = SalesforceFault.Read(reply.Body, reply.Status) with { RequestId = requestId, OfRecord = true };
        return Failed(SalesforceErrors.Judge(fault, writes: true));
    }

    /// <summary>What became of a record that was sent alone.</summary>
    public static WriteResult ReadSingle(SalesforceAnswer answer, RecordWrite write) =>
        Read(answer.Json, 200, answer.RequestId, write);

    private static WriteResult Read(JsonElement item, int status, string? requestId, RecordWrite write)
    {
        var id = item.Text("id") ?? write.RecordId;
        if (item.Flag("success") == true && RecordId.TryLengthen(id, out var longId))
        {
            return new WriteResult(WriteStatus.Written, longId, null, requestId)
            {
                // Only an upsert has to say.
                Created = write.Key is null ? write.RecordId is null : item.Flag("created") ?? false,
            };
        }
        if (item.Flag("success") != false)
        {
            var lost = SalesforceErrors.Lost("Salesforce's answer to a record cannot be read.");
            return Failed(lost with { RequestId = requestId });
        }
        var fault = SalesforceFault.Read(item.Member("errors"), status) with { RequestId = requestId, OfRecord = true };
        return Failed(SalesforceErrors.Judge(fault, writes: true));
    }

    // A trigger that throws on one row fails every row of its object in the collection, each with the same error.
    private static void MarkWholeBatch(
        IReadOnlyList<RecordWrite> writes,
        SalesforceCollection collection,
        WriteResult[] results
    )
    {
        if (!collection.Indexes.Exists(HasFailed))
            return;
        foreach (var ofObject in collection.Indexes.GroupBy(index => writes[index].Object, StringComparer.Ordinal))
        {
            var indexes = ofObject.ToList();
            if (indexes.Count == 1 || !indexes.TrueForAll(HasFailed))
                continue;
            foreach (var index in indexes)
                results[index] = results[index] with { Failure = results[index].Failure! with { WholeBatch = true } };
        }

        bool HasFailed(int index) => results[index].Failure?.Code == "ORG_AUTOMATION_FAILED";
    }

    /// <summary>Gives several writes the same failure.</summary>
    /// <param name="isWholeBatch">It was said of several writes at once, so one of them may be to blame for all.</param>
    public static void Fill(
        IEnumerable<int> indexes,
        WriteResult[] results,
        CrmFailure failure,
        bool isWholeBatch = false
    )
    {
        var isOfOne = failure.Class is FailureClass.Record or FailureClass.Configuration;
        var result = Failed(failure with { WholeBatch = isWholeBatch && isOfOne });
        foreach (var index in indexes)
            results[index] = result;
    }

    private static WriteResult Failed(CrmFailure failure) =>
        new(
            failure.Class == FailureClass.UnknownOutcome ? WriteStatus.Unknown : WriteStatus.Refused,
            null,
            failure,
            failure.RequestId
        );
}
