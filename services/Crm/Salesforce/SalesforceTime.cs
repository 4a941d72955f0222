using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Crm.Salesforce;

/// <summary>Instants as Salesforce writes them: <c>2026-07-01T10:00:00.000+0000</c>, without the colon that System.Text.Json wants.</summary>
internal static class SalesforceTime
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    public static bool TryParse(string? text, out DateTimeOffset instant) =>
        DateTimeOffset.TryParseExact(
            text,
            Formats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out instant
        );
}

internal sealed class SalesforceTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        SalesforceTime.TryParse(reader.GetString(), out var instant)
            ? instant
            : throw new JsonException("No instant as Salesforce writes them.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(
            value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture)
        );
}
