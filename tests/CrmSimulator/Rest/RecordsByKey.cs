using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>/sobjects/Lead/FIELD/VALUE: a record found by an external id or an email address, and upsert.</summary>
internal static class RecordsByKey
{
    public static ApiAnswer Read(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        var found = Find(request.Viewer, type, KeyOf(type, request.Segment(2)), request.Segment(3));
        return found.Count switch
        {
            0 => throw new ApiException(404, ApiError.NotFound),
            1 => Records.Show(request, type, found[0]),
            _ => Several(request, found),
        };
    }

    public static ApiAnswer Upsert(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        var key = KeyOf(type, request.Segment(2));
        var value = request.Segment(3);
        var input = RecordInput.Read(request.Org, type, request.RequireBody());
        if (input.HasId || input.Names(key.Name))
        {
            throw new ApiException(
                400,
                new ApiError(
                    "INVALID_FIELD",
                    $"The {(input.HasId ? "Id" : key.Name)} field should not be specified in the sobject data."
                )
            );
        }

        var found = Find(request.Viewer, type, key, value);
        if (found.Count > 1)
            return Several(request, found);
        if (found.Count == 0 && (key.Type == FieldType.Id || UpdateOnly(request)))
            throw new ApiException(404, ApiError.NotFound);
        if (found.Count == 1)
            Preconditions.Check(request, found[0]);

        var result =
            Records.Fault(request, RequestKinds.Upsert, type, found.Count == 0 ? null : found[0].Id, input)
            ?? Records.Saved(() => Write(request.Writer, type, key, value, found, input));
        if (result.Failed)
            return Records.Failure(request.Org, result);
        if (result.Created)
            return Records.Created(request, type, result.Id!, shown: true);
        // Up to version 45 an upsert that updates answers as an update does.
        return request.VersionNumber <= 45 ? ApiAnswer.NoContent : Records.Success(200, result.Id!, created: false);
    }

    public static ApiAnswer Delete(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        var found = Find(request.Viewer, type, KeyOf(type, request.Segment(2)), request.Segment(3));
        if (found.Count == 0)
            throw new ApiException(404, ApiError.NotFound);
        if (found.Count > 1)
            return Several(request, found);
        var result = request.Writer.Delete(found[0].Id);
        return result.Failed ? Records.Failure(request.Org, result) : ApiAnswer.NoContent;
    }

    /// <exception cref="ApiException">The field is unknown, hidden or no key: 404 NOT_FOUND.</exception>
    public static Field KeyOf(SObject type, string name) =>
        type.Find(name) is { IdLookup: true } key
            ? key
            : throw new ApiException(
                404,
                new ApiError("NOT_FOUND", $"Provided external ID field does not exist or is not accessible: {name}")
            );

    /// <summary>Records that hold the key, converted Leads too, deleted ones not.</summary>
    public static IReadOnlyList<Record> Find(Viewer viewer, SObject type, Field key, string value)
    {
        var table = viewer.Org.Table(type.Name);
        if (key.Type == FieldType.Id)
        {
            return
                RecordId.TryRead(value, out var id)
                && table.Find(id) is { IsDeleted: false } record
                && viewer.Sees(record)
                ? [record]
                : [];
        }

        return [.. table.FindBy(key.Name, value).Where(record => !record.IsDeleted && viewer.Sees(record))];
    }

    public static WriteResult Write(
        RecordWriter writer,
        SObject type,
        Field key,
        string value,
        IReadOnlyList<Record> found,
        RecordInput input
    )
    {
        if (found.Count == 1)
            return writer.Update(type, found[0].Id, input);
        if (key.Type != FieldType.Id)
            input.Put(key, value);
        return writer.Create(type, input);
    }

    private static bool UpdateOnly(ApiRequest request) =>
        string.Equals(request.QueryValue("updateOnly"), "true", StringComparison.OrdinalIgnoreCase);

    private static ApiAnswer Several(ApiRequest request, IReadOnlyList<Record> found) =>
        ApiAnswer.Json(
            300,
            json =>
            {
                json.WriteStartArray();
                foreach (var record in found)
                    json.WriteStringValue($"{request.Root}/sobjects/{record.Type}/{record.Id}");
                json.WriteEndArray();
            }
        );
}
