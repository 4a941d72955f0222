using System.Globalization;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>/sobjects/Lead and /sobjects/Lead/ID: one record at a time.</summary>
internal static class Records
{
    public static ApiAnswer Create(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        var input = RecordInput.Read(request.Org, type, request.RequireBody());
        var result =
            Fault(request, RequestKinds.Create, type, null, input)
            ?? new RecordWriter(request.Org, request.Transaction).Create(type, input, request.AutoAssign);
        return result.Failed ? Failure(result) : Created(request, type, result.Id!, shown: null);
    }

    public static ApiAnswer Read(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        return Show(request, type, Live(request, type, request.Segment(2)));
    }

    public static ApiAnswer Update(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        var input = RecordInput.Read(request.Org, type, request.RequireBody());
        if (input.HasId)
        {
            throw new ApiException(
                400,
                new ApiError("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
            );
        }

        var record = Live(request, type, request.Segment(2));
        Preconditions.Check(request, record);
        var result =
            Fault(request, RequestKinds.Update, type, record.Id, input)
            ?? new RecordWriter(request.Org, request.Transaction).Update(type, record.Id, input, request.AutoAssign);
        return result.Failed ? Failure(result) : ApiAnswer.NoContent;
    }

    public static ApiAnswer Delete(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        var record = Live(request, type, request.Segment(2));
        var result =
            Fault(request, RequestKinds.Delete, type, record.Id, null)
            ?? new RecordWriter(request.Org, request.Transaction).Delete(record.Id);
        return result.Failed ? Failure(result) : ApiAnswer.NoContent;
    }

    /// <param name="shown">The created member that an upsert's answer has and a create's has not.</param>
    public static ApiAnswer Created(ApiRequest request, SObject type, string id, bool? shown) =>
        Success(201, id, shown) with
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Location"] = $"{request.Root}/sobjects/{type.Name}/{id}",
            },
        };

    public static ApiAnswer Success(int status, string id, bool? created) =>
        ApiAnswer.Json(
            status,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                json.WriteBoolean("success", true);
                json.WriteStartArray("errors");
                json.WriteEndArray();
                if (created is { } shown)
                    json.WriteBoolean("created", shown);
                json.WriteEndObject();
            }
        );

    public static ApiAnswer Failure(WriteResult result) =>
        ApiAnswer.Error(StatusOf(result.Errors[0].Code), result.Errors);

    /// <exception cref="ApiException">A field of ?fields= is unknown: 400 INVALID_FIELD.</exception>
    public static ApiAnswer Show(ApiRequest request, SObject type, Record record)
    {
        var fields = request.QueryValue("fields") is { Length: > 0 } names
            ? names
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(name => type.Find(name) ?? throw new ApiException(400, ApiError.NoSuchColumn(name, type.Name)))
            : type.VisibleFields;
        if (Preconditions.NotModified(request, record))
            return new(304, default);
        var tree = SelectTree.Of(fields.DistinctBy(field => field.Name, StringComparer.Ordinal));
        return ApiAnswer.Json(200, json => RecordJson.Write(json, request.Org, request.Root, record, tree));
    }

    public static WriteResult? Fault(
        ApiRequest request,
        string kind,
        SObject type,
        string? id,
        RecordInput? input,
        int position = 1
    )
    {
        foreach (var fault in request.RecordFaults)
        {
            if (fault.For(kind, type.Name, position, id, input) is { } error)
                return WriteResult.Failure(id, error);
        }

        return null;
    }

    private static Record Live(ApiRequest request, SObject type, string id)
    {
        if (!RecordId.TryRead(id, out var full) || !full.StartsWith(type.Prefix, StringComparison.Ordinal))
            throw new ApiException(400, ApiError.MalformedId("Record ID", id, "Id"));
        var record = request.Org.Table(type.Name).Find(full) ?? throw new ApiException(404, ApiError.NotFound);
        return record.IsDeleted ? throw new ApiException(404, ApiError.Deleted) : record;
    }

    private static int StatusOf(string code) =>
        code switch
        {
            "ENTITY_IS_DELETED" or "NOT_FOUND" => 404,
            "INSUFFICIENT_ACCESS_OR_READONLY" => 403,
            _ => 400,
        };
}

/// <summary>If-Modified-Since and If-Unmodified-Since, to the second.</summary>
internal static class Preconditions
{
    /// <exception cref="ApiException">412 when the record moved after the given time, 400 when that is no HTTP date.</exception>
    public static void Check(ApiRequest request, Record record)
    {
        if (request.Header("If-Unmodified-Since") is not { } text)
            return;
        if (!TryRead(text, out var since))
            throw new ApiException(400, new ApiError("INVALID_HEADER", $"Invalid If-Unmodified-Since header: {text}"));
        if (record.SystemModstamp > since)
        {
            throw new ApiException(
                412,
                new ApiError("PRECONDITION_FAILED", "The record was modified after the date in If-Unmodified-Since")
            );
        }
    }

    public static bool NotModified(ApiRequest request, Record record) =>
        request.Header("If-Modified-Since") is { } text
        && TryRead(text, out var since)
        && record.SystemModstamp <= since;

    private static bool TryRead(string text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(
            text,
            "r",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out instant
        );
}
