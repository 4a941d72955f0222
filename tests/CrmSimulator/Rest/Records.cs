using System.Globalization;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Rules;
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
            Fault(request, RequestKinds.Create, type, null, input) ?? Saved(() => request.Writer.Create(type, input));
        return result.Failed ? Failure(request.Org, result) : Created(request, type, result.Id!, shown: null);
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
            ?? Saved(() => request.Writer.Update(type, record.Id, input));
        return result.Failed ? Failure(request.Org, result) : ApiAnswer.NoContent;
    }

    public static ApiAnswer Delete(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        var record = Live(request, type, request.Segment(2));
        var result = Fault(request, RequestKinds.Delete, type, record.Id, null) ?? request.Writer.Delete(record.Id);
        return result.Failed ? Failure(request.Org, result) : ApiAnswer.NoContent;
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

    public static ApiAnswer Failure(Org org, WriteResult result) =>
        ApiAnswer.Error(StatusOf(org.Settings, result.Errors[0].Code), result.Errors);

    /// <summary>A single record is a chunk of its own: what a trigger throws is its error.</summary>
    public static WriteResult Saved(Func<WriteResult> save)
    {
        try
        {
            return save();
        }
        catch (TriggerException e)
        {
            return WriteResult.Failure(null, e.Error);
        }
    }

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
        var record = request.Org.Table(type.Name).Find(full);
        if (record is null || !request.Viewer.Sees(record))
            throw new ApiException(404, ApiError.NotFound);
        return record.IsDeleted ? throw new ApiException(404, ApiError.Deleted) : record;
    }

    private static int StatusOf(OrgSettings settings, string code) =>
        code switch
        {
            "ENTITY_IS_DELETED" or "NOT_FOUND" => 404,
            "INSUFFICIENT_ACCESS_OR_READONLY" => settings.InsufficientAccessStatus,
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY" => settings.CrossReferenceAccessStatus,
            _ => 400,
        };
}

/// <summary>If-Modified-Since and If-Unmodified-Since, to the second.</summary>
internal static class Preconditions
{
    /// <exception cref="ApiException">412 when the record moved after the given time, 400 when that is no HTTP date.</exception>
    public static void Check(ApiRequest request, Record record)
    {
        if (!Heeded(request) || request.Header("If-Unmodified-Since") is not { } text)
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

    public static bool NotModified(ApiRequest request, Record record) => NotModified(request, record.SystemModstamp);

    /// <param name="changed">When what is asked for last changed.</param>
    public static bool NotModified(ApiRequest request, DateTimeOffset changed) =>
        Heeded(request)
        && request.Header("If-Modified-Since") is { } text
        && TryRead(text, out var since)
        && changed <= since;

    private static bool Heeded(ApiRequest request) =>
        !request.InComposite || request.Org.Settings.CompositeHeedsConditions;

    private static bool TryRead(string text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(
            text,
            "r",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out instant
        );
}
