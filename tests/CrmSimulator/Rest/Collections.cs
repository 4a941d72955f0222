using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>/composite/sobjects: up to 200 records in one call, each with a result of its own.</summary>
internal static class Collections
{
    private const int MostRecords = 200;
    private const int MostChunks = 10;

    public static ApiAnswer Create(ApiRequest request)
    {
        var writer = WriterOf(request);
        return Write(
            request,
            RequestKinds.Create,
            (item, position) =>
                Records.Fault(request, RequestKinds.Create, item.Type, null, item.Input, position)
                ?? writer.Create(item.Type, item.Input)
        );
    }

    public static ApiAnswer Update(ApiRequest request)
    {
        var writer = WriterOf(request);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Write(
            request,
            RequestKinds.Update,
            (item, position) =>
            {
                if (item.Input.Id is not { Length: > 0 } id)
                    return Failure(null, "MISSING_ARGUMENT", "Id not specified in an update call");
                if (RecordId.TryRead(id, out var full) && !seen.Add(full))
                    return Failure(full, "DUPLICATE_VALUE", $"Duplicate id specified: {full}");
                return Records.Fault(request, RequestKinds.Update, item.Type, id, item.Input, position)
                    ?? writer.Update(item.Type, id, item.Input);
            }
        );
    }

    public static ApiAnswer Upsert(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(2));
        var key = RecordsByKey.KeyOf(type, request.Segment(3));
        var writer = WriterOf(request);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return Write(
            request,
            RequestKinds.Upsert,
            (item, position) =>
            {
                if (item.Type.Name != type.Name)
                    return Failure(null, "INVALID_TYPE", $"An upsert takes one type only: {type.Name}");
                var byId = key.Type == FieldType.Id;
                var value = byId ? item.Input.Id : item.Input[key.Name] as string;
                if (value is null && !byId)
                    return Failure(null, "MISSING_ARGUMENT", $"{key.Name} not specified");
                if (value is not null && !seen.Add(value))
                    return Failure(null, "DUPLICATE_VALUE", $"Duplicate external id specified: {value}");
                var found = value is null ? [] : RecordsByKey.Find(request.Viewer, type, key, value);
                if (found.Count > 1)
                {
                    return Failure(
                        null,
                        "DUPLICATE_EXTERNAL_ID",
                        $"{key.Name}: more than one record found for external id field: [{string.Join(", ", found.Select(record => record.Id))}]"
                    );
                }

                if (byId && value is not null && found.Count == 0)
                    return Failure(value, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
                return Records.Fault(
                        request,
                        RequestKinds.Upsert,
                        type,
                        found.Count == 0 ? null : found[0].Id,
                        item.Input,
                        position
                    ) ?? RecordsByKey.Write(writer, type, key, value ?? "", found, item.Input);
            }
        );
    }

    public static ApiAnswer Delete(ApiRequest request)
    {
        var ids = Split(request.QueryValue("ids"));
        Limit(ids.Length);
        var writer = WriterOf(request);
        var results = ids.Select(
            (id, i) =>
                (
                    RecordId.TryRead(id, out var full) && request.Org.ObjectOfId(full) is { } type
                        ? Records.Fault(request, RequestKinds.Delete, type, full, null, i + 1)
                        : null
                ) ?? writer.Delete(id)
        );
        return Finish(
            request,
            RequestKinds.Delete,
            string.Equals(request.QueryValue("allOrNone"), "true", StringComparison.OrdinalIgnoreCase),
            results
        );
    }

    public static ApiAnswer Retrieve(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(2));
        var (ids, names) =
            request.Method == "GET"
                ? (Split(request.QueryValue("ids")), Split(request.QueryValue("fields")))
                : (Texts(request.RequireBody(), "ids"), Texts(request.RequireBody(), "fields"));
        if (ids.Length > request.Org.Settings.RetrieveLimit)
            throw TooMany($"The request can hold at most {request.Org.Settings.RetrieveLimit} ids");
        var fields = names
            .Select(name => type.Find(name) ?? throw new ApiException(400, ApiError.NoSuchColumn(name, type.Name)))
            .DistinctBy(field => field.Name, StringComparer.Ordinal)
            .ToList();
        var tree = SelectTree.Of(fields);
        var table = request.Org.Table(type.Name);
        return ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartArray();
                foreach (var id in ids)
                {
                    if (
                        RecordId.TryRead(id, out var full)
                        && table.Find(full) is { IsDeleted: false } record
                        && request.Viewer.Sees(record)
                    )
                        RecordJson.Write(json, request.Org, request.Root, record, tree);
                    else
                        json.WriteNullValue();
                }

                json.WriteEndArray();
            }
        ) with
        {
            Records = ids.Length,
        };
    }

    private sealed record Item(SObject Type, RecordInput Input);

    private static ApiAnswer Write(ApiRequest request, string kind, Func<Item, int, WriteResult> write)
    {
        var body = request.RequireBody();
        var allOrNone =
            body.Root.ValueKind == JsonValueKind.Object
            && body.Root.TryGetProperty("allOrNone", out var flag)
            && flag.ValueKind == JsonValueKind.True;
        // Everything is read before anything is written: a value of the wrong JSON type refuses the whole call.
        var items = Read(request, body);
        return Finish(
            request,
            kind,
            allOrNone,
            Chunks.Write(
                request.Transaction,
                [.. items.Select(item => item.Item?.Type.Name ?? "")],
                i => items[i].Item is { } item ? write(item, i + 1) : WriteResult.Failure(null, items[i].Error!)
            )
        );
    }

    private static List<(Item? Item, ApiError? Error)> Read(ApiRequest request, JsonBody body)
    {
        if (
            body.Root.ValueKind != JsonValueKind.Object
            || !body.Root.TryGetProperty("records", out var records)
            || records.ValueKind != JsonValueKind.Array
        )
        {
            throw body.Mistyped("sobject collection", body.Root);
        }

        Limit(records.GetArrayLength());
        var items = new List<(Item?, ApiError?)>(records.GetArrayLength());
        var (chunks, last) = (0, "");
        foreach (var record in records.EnumerateArray())
        {
            var name = TypeOf(body, record);
            if (!string.Equals(name, last, StringComparison.OrdinalIgnoreCase))
                (chunks, last) = (chunks + 1, name);
            items.Add(
                request.Viewer.FindObject(name) is { } type
                    ? (new(type, RecordInput.Read(request.Org, type, body.At(record))), null)
                    : (null, new("INVALID_TYPE", $"sObject type '{name}' is not supported.", []))
            );
        }

        return chunks > MostChunks
            ? throw new ApiException(
                400,
                new ApiError(
                    "LIMIT_EXCEEDED",
                    $"Cannot have more than {MostChunks} chunks in a single operation. Please rearrange the data to reduce chunking."
                )
            )
            : items;
    }

    private static string TypeOf(JsonBody body, JsonElement record) =>
        record.ValueKind == JsonValueKind.Object
        && record.TryGetProperty("attributes", out var attributes)
        && attributes.ValueKind == JsonValueKind.Object
        && attributes.TryGetProperty("type", out var type)
        && type.ValueKind == JsonValueKind.String
            ? body.TextOf(type)
            : throw new ApiException(
                400,
                new ApiError("INVALID_INPUT", "Each record needs attributes with the type of its object")
            );

    private static ApiAnswer Finish(ApiRequest request, string kind, bool allOrNone, IEnumerable<WriteResult> writing)
    {
        var before = request.Transaction.Savepoint();
        var results = writing.ToList();
        var failed = results.Exists(result => result.Failed);
        var rolledBack = failed && (allOrNone || request.AllOrNone);
        if (rolledBack)
            request.Transaction.RollBackTo(before);
        // A composite that is all or none must see that this part failed; the body tells which record.
        var status = rolledBack && request.AllOrNone ? 400 : 200;
        return ApiAnswer.Json(
            status,
            json =>
            {
                json.WriteStartArray();
                foreach (var result in results)
                    Write(json, request, kind, rolledBack && !result.Failed ? RolledBack(kind, result) : result);
                json.WriteEndArray();
            }
        ) with
        {
            Records = results.Count,
        };
    }

    private static WriteResult RolledBack(string kind, WriteResult result) =>
        Failure(
            kind == RequestKinds.Create || result.Created ? null : result.Id,
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using AllOrNone header"
        );

    private static void Write(Utf8JsonWriter json, ApiRequest request, string kind, WriteResult result)
    {
        json.WriteStartObject();
        if (result.Id is not null)
            json.WriteString("id", result.Id);
        json.WriteBoolean("success", !result.Failed);
        json.WriteStartArray("errors");
        foreach (var error in result.Errors)
        {
            var told = request.Org.Settings.CollectionsTellDuplicates ? error.Detail : null;
            (error with { Fields = error.Fields ?? [], Detail = told }).Write(json, "statusCode");
        }

        json.WriteEndArray();
        if (kind == RequestKinds.Upsert)
            json.WriteBoolean("created", result.Created);
        json.WriteEndObject();
    }

    private static RecordWriter WriterOf(ApiRequest request)
    {
        var (asked, settings) = (request.WriteOptions, request.Org.Settings);
        return new(
            request.Viewer,
            request.Transaction,
            asked with
            {
                AutoAssign = settings.CollectionsHeedAutoAssign ? asked.AutoAssign : AutoAssign.On,
                AllowsDuplicates = settings.CollectionsHeedDuplicateHeader && asked.AllowsDuplicates,
            }
        );
    }

    private static WriteResult Failure(string? id, string code, string message) =>
        WriteResult.Failure(id, new ApiError(code, message, []));

    private static void Limit(int records)
    {
        if (records > MostRecords)
            throw TooMany($"record limit reached. cannot submit more than {MostRecords} records into this call");
    }

    private static ApiException TooMany(string message) => new(400, new ApiError("EXCEEDED_MAX_SIZE_REQUEST", message));

    private static string[] Split(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string[] Texts(JsonBody body, string name) =>
        body.Root.ValueKind == JsonValueKind.Object
        && body.Root.TryGetProperty(name, out var list)
        && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(item => RecordInput.TextIn(body, item))]
            : throw body.Mistyped($"list of {name}", body.Root);
}
