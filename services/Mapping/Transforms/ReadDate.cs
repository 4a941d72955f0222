using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// <c>date</c>: a text as a day. A day never shifts: of an instant, it is the day that was written down, unless a zone is
/// stated, and then the day in that zone.
/// </summary>
/// <param name="Formats">How days may be written, as <c>dd.MM.yyyy</c>; none: 2026-01-31.</param>
/// <param name="Zone">For instants only.</param>
public sealed record ReadDate(IReadOnlyList<string> Formats, TimeZoneInfo? Zone) : Transform
{
    public override string Name => "date";

    public override JsonNode? Options() => TimeFormats.Options(Formats, Zone);

    public override bool Takes(ContentKind given) =>
        given is ContentKind.Text or ContentKind.Date or ContentKind.Instant;

    public override ContentKind? Gives(ContentKind? given) => ContentKind.Date;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        if (value.ValueKind != JsonValueKind.String)
            return NotADay;
        var text = value.GetString()!.Trim();
        if (text.Length == 0)
            return new Transformed.None();
        if (TimeFormats.Instant(text) is { } instant)
            return Is(
                DateOnly.FromDateTime((Zone is null ? instant : TimeZoneInfo.ConvertTime(instant, Zone)).DateTime)
            );
        string[] formats = Formats.Count == 0 ? ["yyyy-MM-dd"] : [.. Formats];
        return DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? Is(DateOnly.FromDateTime(day))
            : NotADay;
    }

    private static Transformed Is(DateOnly day) => Is(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static readonly Transformed.Refused NotADay = new(
        "is not a day in any of the formats that the mapping states",
        "Correct the date at its source, or add its format to the date step."
    );
}
