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
            Fill(collection, results, Refusal(reply, requestId, collection.Indexes.Count > 1), requestId);
            return;
        }
        // Without one answer for each write it cannot be told which is whose.
        if (
            reply is not { Body: { ValueKind: JsonValueKind.Array } items }
            || items.GetArrayLength() != collection.Indexes.Count
        )
        {
            var lost = SalesforceErrors.Lost("Salesforce's answer to a collection cannot be read.");
            Fill(collection, results, lost with { RequestId = requestId, HttpStatus = reply?.Status }, requestId);
            return;
        }
        var place = 0;
        foreach (var item in items.EnumerateArray())
        {
            var index = collection.Indexes[place++];
            results[index] = Read(item, reply.Status, requestId, writes[index].RecordId);
        }
        MarkWholeBatch(writes, collection, results);
    }

    private static WriteResult Read(JsonElement item, int status, string? requestId, string? recordId)
    {
        var id = item.Text("id") ?? recordId;
        if (item.Flag("success") == true && RecordId.TryLengthen(id, out var longId))
            return new WriteResult(WriteStatus.Written, longId, null, requestId);
        if (item.Flag("success") != false)
        {
            var lost = SalesforceErrors.Lost("Salesforce's answer to a record cannot be read.");
            return new WriteResult(WriteStatus.Unknown, recordId, lost with { RequestId = requestId }, requestId);
        }
        var fault = SalesforceFault.Read(item.Member("errors"), status) with { RequestId = requestId, OfRecord = true };
        return Refused(SalesforceErrors.Judge(fault, writes: true), recordId, requestId);
    }

    private static CrmFailure Refusal(SalesforceReply reply, string? requestId, bool isWholeBatch)
    {
        var fault = SalesforceFault.Read(reply.Body, reply.Status) with { RequestId = requestId };
        var failure = SalesforceErrors.Judge(fault, writes: true);
        return failure.Class is FailureClass.Record or FailureClass.Configuration
            ? failure with
            {
                WholeBatch = isWholeBatch,
            }
            : failure;
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

    private static void Fill(
        SalesforceCollection collection,
        WriteResult[] results,
        CrmFailure failure,
        string? requestId
    )
    {
        foreach (var index in collection.Indexes)
            results[index] = Refused(failure, null, requestId);
    }

    private static WriteResult Refused(CrmFailure failure, string? recordId, string? requestId) =>
        new(
            failure.Class == FailureClass.UnknownOutcome ? WriteStatus.Unknown : WriteStatus.Refused,
            recordId,
            failure,
            requestId
        );
}
