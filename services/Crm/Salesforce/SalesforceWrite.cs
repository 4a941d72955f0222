namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Creates, updates and upserts records: collections of them, and guarded updates one by one, as sub-requests of one composite
/// call. Each record stands for itself, and each sub-request has an outcome of its own, so that what is known of one is not
/// lost with another.
/// </summary>
internal sealed class SalesforceWrite(SalesforceHttp http, SalesforceComposite composite, SalesforceOptions options)
{
    public async Task<WriteReport> WriteAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        CancellationToken cancellationToken
    )
    {
        if (writes.Count > options.WritesPerCall)
            throw new ArgumentException($"More than {options.WritesPerCall} writes.", nameof(writes));
        var results = new WriteResult[writes.Count];
        var calls = 0;
        CrmFailure? stopped = null;
        foreach (var planned in SalesforceWritePlan.Make(writes, options))
        {
            if (stopped is not null)
            {
                SalesforceResults.Fill(planned.Indexes, results, stopped);
                continue;
            }
            try
            {
                calls += await SendAsync(session, writes, planned, results, cancellationToken);
            }
            // What was already written must be told, so from the second call on nothing is thrown.
            catch (Exception e) when (calls > 0)
            {
                stopped =
                    (e as CrmException)?.Failure
                    ?? SalesforceErrors.Unavailable("LeadSync was stopped before this was sent.");
                var isOpen = e is OperationCanceledException;
                SalesforceResults.Fill(
                    planned.Indexes,
                    results,
                    isOpen ? SalesforceErrors.Lost("LeadSync was stopped before the answer was there.") : stopped
                );
            }
        }
        calls += await LearnDuplicatesAsync(session, writes, results, stopped is null, cancellationToken);
        return new WriteReport(results, calls);
    }

    // What a collection refuses it does not explain. Once a call of these fails as a whole, the others stay unexplained.
    private async Task<int> LearnDuplicatesAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        WriteResult[] results,
        bool goesOn,
        CancellationToken cancellationToken
    )
    {
        var calls = 0;
        for (var index = 0; goesOn && index < writes.Count; index++)
        {
            if (results[index].Failure is not { CrmCode: "DUPLICATES_DETECTED", Duplicates.Count: 0 })
                continue;
            try
            {
                calls += await SendSingleAsync(session, writes, index, results, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                SalesforceResults.Fill(
                    [index],
                    results,
                    SalesforceErrors.Lost("LeadSync was stopped before the answer was there.")
                );
                goesOn = false;
            }
            // It was refused before, and that stands.
            catch (Exception)
            {
                goesOn = false;
            }
        }
        return calls;
    }

    private async Task<int> SendSingleAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        int index,
        WriteResult[] results,
        CancellationToken cancellationToken
    )
    {
        var write = writes[index];
        using var body = SalesforceBody.Write(write.Fields, SalesforceWriteJson.Write);
        var path = $"/sobjects/{SoqlText.Name(write.Object)}";
        var call = new SalesforceCall(
            session,
            write.Key is null ? HttpMethod.Post : HttpMethod.Patch,
            write.Key is { } key ? $"{path}/{SoqlText.Name(key.Field)}/{Uri.EscapeDataString(key.Value)}" : path,
            Writes: true
        )
        {
            Body = body,
            AllowsDuplicates = write.AllowsDuplicates,
            Assigns = write.Assignment,
            OfRecord = true,
        };
        try
        {
            var answer = await http.SendAsync(call, cancellationToken);
            results[index] = SalesforceResults.ReadSingle(answer, write);
            return answer.Calls;
        }
        catch (CrmException e) when (IsOfTheWrites(e) || IsOfTheRecord(e))
        {
            SalesforceResults.Fill([index], results, e.Failure);
            return e.Calls;
        }
    }

    private Task<int> SendAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        PlannedCall planned,
        WriteResult[] results,
        CancellationToken cancellationToken
    ) =>
        planned switch
        {
            { Alone: false } => SendTogetherAsync(session, writes, planned, results, cancellationToken),
            { Collections: [var collection] } => SendAloneAsync(
                session,
                writes,
                collection,
                results,
                cancellationToken
            ),
            _ => SendGuardedAsync(session, writes, planned.Guarded[0], results, cancellationToken),
        };

    private async Task<int> SendTogetherAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        PlannedCall planned,
        WriteResult[] results,
        CancellationToken cancellationToken
    )
    {
        List<SalesforcePart> parts =
        [
            .. planned.Collections.Select(collection => new SalesforcePart(
                collection.Kind.Method,
                composite.Root + collection.Kind.Path,
                json => SalesforceWriteJson.Write(json, (writes, collection))
            )
            {
                Assigns = collection.Kind.Assigns,
            }),
            .. planned.Guarded.Select(index => new SalesforcePart(
                HttpMethod.Patch,
                composite.Root + PathOf(writes[index]),
                json => SalesforceWriteJson.Write(json, writes[index].Fields)
            )
            {
                UnmodifiedSince = writes[index].UnmodifiedSince,
            }),
        ];
        try
        {
            var (replies, answer) = await composite.SendAsync(session, parts, writes: true, cancellationToken);
            var place = 0;
            foreach (var collection in planned.Collections)
                SalesforceResults.Read(replies[place++], answer.RequestId, writes, collection, results);
            foreach (var index in planned.Guarded)
                results[index] = SalesforceResults.Read(replies[place++], answer.RequestId, writes[index]);
            return answer.Calls;
        }
        catch (CrmException e) when (IsOfTheWrites(e))
        {
            SalesforceResults.Fill(planned.Indexes, results, e.Failure, isWholeBatch: planned.Indexes.Skip(1).Any());
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
        using var body = SalesforceBody.Write((writes, collection), SalesforceWriteJson.Write);
        var call = new SalesforceCall(session, collection.Kind.Method, collection.Kind.Path, Writes: true)
        {
            Body = body,
            AllowsDuplicates = collection.Kind.AllowsDuplicates,
            Assigns = collection.Kind.Assigns,
        };
        try
        {
            var answer = await http.SendAsync(call, cancellationToken);
            SalesforceResults.Read(new(200, answer.Json), answer.RequestId, writes, collection, results);
            return answer.Calls;
        }
        catch (CrmException e) when (IsOfTheWrites(e))
        {
            SalesforceResults.Fill(collection.Indexes, results, e.Failure, collection.Indexes.Count > 1);
            return e.Calls;
        }
    }

    private async Task<int> SendGuardedAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        int index,
        WriteResult[] results,
        CancellationToken cancellationToken
    )
    {
        var write = writes[index];
        using var body = SalesforceBody.Write(write.Fields, SalesforceWriteJson.Write);
        var call = new SalesforceCall(session, HttpMethod.Patch, PathOf(write), Writes: true)
        {
            Body = body,
            UnmodifiedSince = write.UnmodifiedSince,
            OfRecord = true,
            AnswersNothing = true,
        };
        try
        {
            var answer = await http.SendAsync(call, cancellationToken);
            results[index] = SalesforceResults.Read(new(204, default), answer.RequestId, write);
            return answer.Calls;
        }
        catch (CrmException e) when (IsOfTheWrites(e) || IsOfTheRecord(e))
        {
            SalesforceResults.Fill([index], results, e.Failure);
            return e.Calls;
        }
    }

    private static string PathOf(RecordWrite write) =>
        RecordId.TryLengthen(write.RecordId, out var id)
            ? $"/sobjects/{SoqlText.Name(write.Object)}/{id}"
            : throw new ArgumentException("Only the update of a record can be guarded.", nameof(write));

    // Anything else is of the org or the session: nothing was written, and no write is to blame. A refusal of the whole as
    // malformed or too large is of the writes too, also from a firewall that dislikes what somebody typed.
    private static bool IsOfTheWrites(CrmException e) =>
        e.Failure
            is { Class: FailureClass.UnknownOutcome or FailureClass.Record }
                or { Code: "CRM_REFUSED", HttpStatus: 400 or 413 or 422 };

    // What a call for one record is refused with: a condition that does not hold, a lock, a field that is gone or read-only.
    private static bool IsOfTheRecord(CrmException e) =>
        e.Failure is { HttpStatus: 400 or 404 or 412 } or { CrmCode: "INSUFFICIENT_ACCESS_OR_READONLY" };
}
