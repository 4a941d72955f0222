using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary><c>datetime</c>: a text as an instant. What says no offset of its own is a time in the stated zone.</summary>
/// <param name="Formats">
/// How times may be written, as <c>dd.MM.yyyy HH:mm</c>, or <c>unixSeconds</c> and <c>unixMilliseconds</c>; none:
/// 2026-01-31T09:30:00Z.
/// </param>
/// <param name="Zone">Never null where a format says no offset.</param>
public sealed record ReadInstant(IReadOnlyList<string> Formats, TimeZoneInfo? Zone) : Transform
{
    public override string Name => "datetime";

    public override JsonNode? Options() => TimeFormats.Options(Formats, Zone);

    public override bool Takes(ContentKind given) =>
        given is ContentKind.Text or ContentKind.Instant or ContentKind.Number or ContentKind.Date;

    public override ContentKind? Gives(ContentKind? given) => ContentKind.Instant;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            return NotATime;
        var text = Contents.Text(value);
        if (text.Length == 0)
            return new Transformed.None();
        if (TimeFormats.Instant(text) is { } instant)
            return Is(instant);
        foreach (var format in Formats)
        {
            if (TimeFormats.IsUnix(format))
            {
                if (TimeFormats.Unix(text, format) is { } counted)
                    return Is(counted);
            }
            else if (TimeFormats.SaysOffset(format))
            {
                if (
                    DateTimeOffset.TryParseExact(
                        text,
                        format,
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.None,
                        out var stated
                    )
                )
                    return Is(stated);
            }
            else if (
                DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            )
                return Local(local);
        }
        return NotATime;
    }

    private Transformed Local(DateTime local)
    {
        var zone = Zone!;
        if (zone.IsInvalidTime(local))
            return new Transformed.Refused(
                "is a time that the clock in its zone skipped",
                "Correct the time at its source; it never was."
            );
        // In the hour that the clock goes through twice, the first time.
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        var ticks = local.Ticks - offset.Ticks;
        return ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks
            ? NotATime
            : Is(new DateTimeOffset(ticks, TimeSpan.Zero));
    }

    private static Transformed Is(DateTimeOffset instant) =>
        Is(instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    private static readonly Transformed.Refused NotATime = new(
        "is not a time in any of the formats that the mapping states",
        "Correct the time at its source, or add its format to the datetime step."
    );
}
