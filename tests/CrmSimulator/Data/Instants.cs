using System.Globalization;

namespace LeadSync.CrmSimulator.Data;

/// <summary>Dates and instants as they stand on the wire.</summary>
internal static class Instants
{
    private static readonly string[] DateTimeFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mmK",
    ];

    /// <summary>Milliseconds and an offset without a colon, as 2011-07-07T00:37:00.000+0000.</summary>
    public static string Write(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);

    public static string Write(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Reads an instant with an offset: Z, +02:00 or +0200. A bare date is its midnight in UTC.</summary>
    public static bool TryRead(string? text, out DateTimeOffset instant)
    {
        instant = default;
        if (text is null)
            return false;
        if (text.Length == 10 && TryReadDate(text, out var date))
        {
            instant = new(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
            return true;
        }

        // .NET wants a colon in the offset, the CRM's own answers have none.
        if (text.Length > 5 && text[^5] is '+' or '-' && text[^3] != ':')
            text = $"{text[..^2]}:{text[^2..]}";
        else if (!text.EndsWith('Z') && !(text.Length > 6 && text[^6] is '+' or '-'))
            return false;
        return DateTimeOffset.TryParseExact(
            text,
            DateTimeFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out instant
        );
    }

    /// <summary>Reads a date, or the day of an instant.</summary>
    public static bool TryReadDate(string? text, out DateOnly date)
    {
        date = default;
        return text?.Length >= 10
            && DateOnly.TryParseExact(
                text.AsSpan(0, 10),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out date
            )
            && (text.Length == 10 || TryRead(text, out _));
    }
}
