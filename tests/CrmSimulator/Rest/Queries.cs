using System.Globalization;
using System.Text.Json;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>/query, /queryAll and the pages after the first.</summary>
internal static class Queries
{
    public static ApiAnswer Run(ApiRequest request)
    {
        if (request.QueryValue("q") is not { Length: > 0 } soql)
            throw new ApiException(400, new ApiError("MALFORMED_QUERY", "unexpected token: <EOF>"));
        Query query;
        try
        {
            query = Query.Run(request.Viewer, soql, request.Segment(0) == "queryAll", request.Org.Clock.GetUtcNow());
        }
        catch (SoqlException e)
        {
            throw new ApiException(400, new ApiError(e.Code, e.Message));
        }

        if (query.Fields is null)
        {
            return ApiAnswer.Json(
                200,
                json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("totalSize", query.Records.Count);
                    json.WriteBoolean("done", true);
                    json.WriteStartArray("records");
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
            );
        }

        return Page(request, query, 0, locator: null);
    }

    public static ApiAnswer More(ApiRequest request)
    {
        var locator = request.Segment(1);
        var dash = locator.LastIndexOf('-');
        if (
            dash < 0
            || !int.TryParse(locator.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            || request.Org.Cursors.Find(
                locator[..dash],
                request.Org.Clock.GetUtcNow(),
                request.Org.Settings.LocatorLifetime
            )
                is not { } query
            || from > query.Records.Count
        )
        {
            throw new ApiException(400, new ApiError("INVALID_QUERY_LOCATOR", "invalid query locator"));
        }

        return Page(request, query, from, locator[..dash]);
    }

    private static ApiAnswer Page(ApiRequest request, Query query, int from, string? locator)
    {
        var to = Math.Min(query.Records.Count, from + PageSize(request));
        var done = to == query.Records.Count;
        if (!done)
            locator ??= request.Org.Cursors.Keep(query, request.Org.Pod, request.Org.Clock.GetUtcNow());
        return ApiAnswer.Json(200, json => Write(json, request, query, from, to, done ? null : locator)) with
        {
            Records = to - from,
        };
    }

    private static void Write(Utf8JsonWriter json, ApiRequest request, Query query, int from, int to, string? locator)
    {
        json.WriteStartObject();
        json.WriteNumber("totalSize", query.Records.Count);
        json.WriteBoolean("done", locator is null);
        if (locator is not null)
            json.WriteString("nextRecordsUrl", $"{request.Root}/query/{locator}-{to}");
        json.WriteStartArray("records");
        for (var i = from; i < to; i++)
            RecordJson.Write(json, request.Org, request.Root, query.Records[i], query.Fields!);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The caller's hint (200 to 2,000), but never more than the org gives.</summary>
    private static int PageSize(ApiRequest request)
    {
        var asked = 2_000;
        if (request.Header("Sforce-Query-Options") is { } options)
        {
            foreach (var option in options.Split(',', ';'))
            {
                var pair = option.Split('=', 2, StringSplitOptions.TrimEntries);
                if (
                    pair.Length == 2
                    && string.Equals(pair[0], "batchSize", StringComparison.OrdinalIgnoreCase)
                    && int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                )
                {
                    asked = Math.Clamp(size, 200, 2_000);
                }
            }
        }

        return Math.Min(asked, request.Org.Settings.QueryPageSize);
    }
}
