using System.Text.Json;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>/limits: how much of the org's allowances is left.</summary>
internal static class Limits
{
    public static ApiAnswer Show(ApiRequest request)
    {
        if (!request.Viewer.ViewsSetup)
        {
            throw new ApiException(
                403,
                new ApiError("INSUFFICIENT_ACCESS", "The user needs the permission View Setup and Configuration")
            );
        }

        var most = request.Org.Settings.DailyApiRequests;
        var left = Math.Max(0, most - request.Org.Allowance.Used(request.Org.Clock.GetUtcNow()));
        return ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                Write(json, "DailyApiRequests", most, left);
                Write(json, "DailyBulkApiBatches", 15_000, 15_000);
                Write(json, "DailyBulkV2QueryJobs", 10_000, 10_000);
                Write(json, "DataStorageMB", 5_120, 5_000);
                Write(json, "FileStorageMB", 20_480, 20_000);
                Write(json, "HourlyPublishedPlatformEvents", 50_000, 50_000);
                Write(json, "MassEmail", 10, 10);
                Write(json, "SingleEmail", 15, 15);
                json.WriteEndObject();
            }
        );
    }

    public static ApiAnswer RecordCount(ApiRequest request)
    {
        var wanted = request.QueryValue("sObjects")?.Split(',', StringSplitOptions.TrimEntries);
        var counted = request
            .Viewer.Objects.Where(type => wanted?.Contains(type.Name, StringComparer.OrdinalIgnoreCase) != false)
            .Select(type => (type.Name, Count: request.Org.Table(type.Name).Records.Count(record => !record.IsDeleted)))
            .Where(one => one.Count > 0);
        return ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("sObjects");
                foreach (var (name, count) in counted)
                {
                    json.WriteStartObject();
                    json.WriteNumber("count", count);
                    json.WriteString("name", name);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }
        );
    }

    private static void Write(Utf8JsonWriter json, string name, int most, int left)
    {
        json.WriteStartObject(name);
        json.WriteNumber("Max", most);
        json.WriteNumber("Remaining", left);
        json.WriteEndObject();
    }
}
