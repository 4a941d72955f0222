using System.Globalization;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Search;

/// <summary>/search and /parameterizedSearch. The index is behind: what was just written is not found yet.</summary>
internal static class SearchApi
{
    private const int MostRecords = 2_000;

    public static ApiAnswer Run(ApiRequest request) => Answer(request, SoslSyntax.Read(request.QueryValue("q") ?? ""));

    public static ApiAnswer RunParameterized(ApiRequest request) =>
        Answer(request, request.Method == "GET" ? ByParameters(request) : ByBody(request.RequireBody()));

    private static ApiAnswer Answer(ApiRequest request, SoslSyntax search)
    {
        var (viewer, now) = (request.Viewer, request.Org.Clock.GetUtcNow());
        var indexedUntil = now - request.Org.Settings.SearchIndexLag;
        var found = new List<(Record Record, SelectTree Fields)>();
        foreach (var returning in search.Returning)
        {
            Query query;
            try
            {
                query = Query.Run(viewer, returning.Soql, deletedToo: false, now);
            }
            catch (SoqlException e)
            {
                throw new ApiException(400, new ApiError(e.Code, e.Message));
            }

            found.AddRange(
                query
                    .Records.Where(record =>
                        record.SystemModstamp <= indexedUntil && search.Matches(query.Type, record)
                    )
                    .Take(returning.Limit ?? MostRecords)
                    .Select(record => (record, query.Fields!))
            );
        }

        var shown = found.Take(Math.Min(search.Limit ?? MostRecords, MostRecords)).ToList();
        return ApiAnswer.Json(
            200,
            json =>
            {
                // Before version 37 a bare array.
                if (request.VersionNumber >= 37)
                    json.WriteStartObject();
                if (request.VersionNumber >= 37)
                    json.WritePropertyName("searchRecords");
                json.WriteStartArray();
                foreach (var (record, fields) in shown)
                    RecordJson.Write(json, request.Org, request.Root, record, fields);
                json.WriteEndArray();
                if (request.VersionNumber >= 37)
                    json.WriteEndObject();
            }
        ) with
        {
            Records = shown.Count,
        };
    }

    private static SoslSyntax ByParameters(ApiRequest request)
    {
        var objects = request.Query.TryGetValue("sobject", out var names) ? names.ToArray() : [];
        return SoslSyntax.Of(
            request.QueryValue("q"),
            request.QueryValue("in"),
            objects.Select(name =>
                (name!, request.QueryValue($"{name}.fields")?.Split(','), Number(request.QueryValue($"{name}.limit")))
            ),
            Number(request.QueryValue("overallLimit"))
        );
    }

    private static SoslSyntax ByBody(JsonBody body)
    {
        string[]? Texts(JsonElement parent, string name) =>
            parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select(item => RecordInput.TextIn(body, item))]
                : null;
        int? Whole(JsonElement parent, string name) =>
            parent.TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? number : null;

        var root = body.Root;
        if (root.ValueKind != JsonValueKind.Object)
            throw body.Mistyped("search", root);
        var everywhere = Texts(root, "fields");
        var objects =
            root.TryGetProperty("sobjects", out var listed) && listed.ValueKind == JsonValueKind.Array
                ? listed
                    .EnumerateArray()
                    .Select(one =>
                        (
                            RecordInput.TextIn(body, one.GetProperty("name")),
                            Texts(one, "fields") ?? everywhere,
                            Whole(one, "limit")
                        )
                    )
                    .ToList()
                : [];
        string? Text(string name) => root.TryGetProperty(name, out var value) ? RecordInput.TextIn(body, value) : null;
        return SoslSyntax.Of(Text("q"), Text("in"), objects, Whole(root, "overallLimit"));
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
