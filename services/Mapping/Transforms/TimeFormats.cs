using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LeadSync.Mapping.Transforms;

/// <summary>How days and times are written in settings and in leads.</summary>
internal static partial class TimeFormats
{
    public const string UnixSeconds = "unixSeconds";
    public const string UnixMilliseconds = "unixMilliseconds";

    public static JsonNode? Options(IReadOnlyList<string> formats, TimeZoneInfo? zone)
    {
        var options = new JsonObject();
        if (formats.Count > 0)
            options["formats"] = new JsonArray([.. formats.Select(format => (JsonNode)format)]);
        if (zone is not null)
            options["zone"] = zone.Id;
        return options.Count == 0 ? null : options;
    }

    public static bool IsUnix(string format) => format is UnixSeconds or UnixMilliseconds;

    /// <summary>Null where it is no whole number, or of no year that a calendar has.</summary>
    public static DateTimeOffset? Unix(string text, string format)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count))
            return null;
        try
        {
            return format == UnixSeconds
                ? DateTimeOffset.FromUnixTimeSeconds(count)
                : DateTimeOffset.FromUnixTimeMilliseconds(count);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>An instant as JSON writes it, with its offset; null when it is written otherwise.</summary>
    public static DateTimeOffset? Instant(string text) =>
        InstantPattern().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant
            : null;

    [GeneratedRegex(
        @"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:?\d{2})\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        100
    )]
    private static partial Regex InstantPattern();

    public static bool SaysOffset(string format) => format.Contains('z', StringComparison.Ordinal);

    /// <summary>Why a format is none; null when it is one. It needs day, month and a year of four digits.</summary>
    public static string? Fault(string format, bool isDay)
    {
        if (!isDay && IsUnix(format))
            return null;
        var runs = Runs(format);
        if (!runs.TrueForAll(run => DayParts.Contains(run) || TimeParts.Contains(run) || run is "" or "T"))
            return "has letters that no part of a time is written with: "
                + (isDay ? DayLetters : $"{DayLetters}, H, HH, h, hh, m, mm, s, ss, f to fffffff, tt, zzz");
        if (isDay && runs.Exists(TimeParts.Contains))
            return "is the format of a time, and a day is asked for";
        if ("dMy".Any(letter => runs.Count(run => run.StartsWith(letter)) != 1))
            return "does not say day, month and year once each";
        if (!isDay && format.Contains('h', StringComparison.Ordinal) != format.Contains("tt", StringComparison.Ordinal))
            return "says hours of a half day (h) without tt, or the reverse; write H for hours up to 23";
        return null;
    }

    private const string DayLetters = "d, dd, M, MM, MMM, MMMM, yyyy";

    private static readonly FrozenSet<string> DayParts = DayLetters.Split(", ").ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> TimeParts =
        "H HH h hh m mm s ss f ff fff ffff fffff ffffff fffffff tt zzz".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    // Each run of one letter; an empty one for each sign that stands between.
    private static List<string> Runs(string format)
    {
        var runs = new List<string>();
        foreach (var letter in format)
        {
            if (" .,/:-".Contains(letter, StringComparison.Ordinal))
                runs.Add("");
            else if (runs.Count > 0 && runs[^1].EndsWith(letter))
                runs[^1] += letter;
            else
                runs.Add(letter.ToString());
        }
        return runs;
    }
}
