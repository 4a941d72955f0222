using System.Text.Json;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>/sobjects/Lead/updated and /deleted: which ids changed in a stretch of time.</summary>
internal static class Replication
{
    private const int MostIds = 600_000;

    public static ApiAnswer Updated(ApiRequest request)
    {
        var (type, start, end) = Range(request, days: 30);
        var ids = Changed(request, type, start, end, deleted: false).Select(record => record.Id).ToList();
        Limit(ids.Count);
        return ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("ids");
                foreach (var id in ids)
                    json.WriteStringValue(id);
                json.WriteEndArray();
                json.WriteString("latestDateCovered", Instants.Write(end));
                json.WriteEndObject();
            }
        ) with
        {
            Records = ids.Count,
        };
    }

    public static ApiAnswer Deleted(ApiRequest request)
    {
        var (type, start, end) = Range(request, days: 15);
        var records = Changed(request, type, start, end, deleted: true).ToList();
        Limit(records.Count);
        return ApiAnswer.Json(200, json => Write(json, request.Org, records, end)) with { Records = records.Count };
    }

    private static void Write(Utf8JsonWriter json, Org org, List<Record> records, DateTimeOffset end)
    {
        json.WriteStartObject();
        json.WriteStartArray("deletedRecords");
        foreach (var record in records)
        {
            json.WriteStartObject();
            json.WriteString("id", record.Id);
            json.WriteString("deletedDate", Instants.Write(record.SystemModstamp));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("earliestDateAvailable", Instants.Write(org.Identity.CreatedAt));
        json.WriteString("latestDateCovered", Instants.Write(end));
        json.WriteEndObject();
    }

    /// <exception cref="ApiException">INVALID_REPLICATION_DATE.</exception>
    private static (SObject Type, DateTimeOffset Start, DateTimeOffset End) Range(ApiRequest request, int days)
    {
        var type = request.RequireObject(request.Segment(1));
        if (!Instants.TryRead(request.QueryValue("start"), out var start))
            throw Refused("Invalid start date");
        if (!Instants.TryRead(request.QueryValue("end"), out var end))
            throw Refused("Invalid end date");
        (start, end) = (ToMinute(start), ToMinute(end));
        var now = request.Org.Clock.GetUtcNow();
        if (start < now.AddDays(-days))
            throw Refused($"The start date must be within the last {days} days");
        if (end - start < TimeSpan.FromMinutes(1))
            throw Refused("The end date must be at least one minute after the start date");
        return (type, start, end);
    }

    private static IEnumerable<Record> Changed(
        ApiRequest request,
        SObject type,
        DateTimeOffset start,
        DateTimeOffset end,
        bool deleted
    ) =>
        request
            .Org.Table(type.Name)
            .Records.Where(record =>
                record.IsDeleted == deleted
                && record.SystemModstamp >= start
                && record.SystemModstamp < end
                && request.Viewer.Sees(record)
            );

    private static DateTimeOffset ToMinute(DateTimeOffset instant) =>
        instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMinute));

    private static void Limit(int ids)
    {
        if (ids > MostIds)
            throw new ApiException(400, new ApiError("EXCEEDED_ID_LIMIT", $"More than {MostIds} ids in this range"));
    }

    private static ApiException Refused(string message) => new(400, new ApiError("INVALID_REPLICATION_DATE", message));
}
