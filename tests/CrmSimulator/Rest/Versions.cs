using System.Globalization;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>Which API versions there are, and what each offers.</summary>
internal static class Versions
{
    private const int Oldest = 31;
    private const int Newest = 68;

    private static readonly string[] Seasons = ["Spring", "Summer", "Winter"];

    private static readonly string[] Offered =
    [
        "sobjects",
        "query",
        "queryAll",
        "composite",
        "limits",
        "search",
        "parameterizedSearch",
        "jobs",
    ];

    /// <summary>Needs no session.</summary>
    public static ApiAnswer All() =>
        ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartArray();
                for (var version = Oldest; version <= Newest; version++)
                {
                    json.WriteStartObject();
                    json.WriteString("label", Label(version));
                    json.WriteString("url", $"/services/data/v{version}.0");
                    json.WriteString("version", $"{version}.0");
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    public static ApiAnswer Resources(ApiRequest request) =>
        ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                foreach (var resource in Offered)
                    json.WriteString(resource, $"{request.Root}/{resource}");
                json.WriteEndObject();
            }
        );

    /// <summary>Refuses a version that never was (404) or that is retired (410); null when it is one of ours.</summary>
    public static ApiAnswer? Refusal(string segment)
    {
        if (
            segment is not ['v', .., '.', '0']
            || !int.TryParse(
                segment.AsSpan(1, segment.Length - 3),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var version
            )
            || version is < 20 or > Newest
        )
        {
            return ApiAnswer.Error(404, ApiError.NotFound);
        }

        return version < Oldest
            ? ApiAnswer.Error(410, new ApiError("UNSUPPORTED_API_VERSION", "The requested API version is retired"))
            : null;
    }

    /// <summary>Three releases a year; version 60 is Spring '24, and the winter release bears the next year's number.</summary>
    private static string Label(int version)
    {
        var since = version - 60 + 300;
        var season = Seasons[since % 3];
        var year = 24 + since / 3 - 100 + (season == "Winter" ? 1 : 0);
        return string.Create(CultureInfo.InvariantCulture, $"{season} '{year:00}");
    }
}
