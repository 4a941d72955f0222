using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Hosting.Bus;

/// <summary>Writes items as the bodies of as few messages as their number and size allow.</summary>
internal static class Lists
{
    /// <summary>Lists of happenings.</summary>
    public static IEnumerable<byte[]> Of<TItem>(string workspace, IEnumerable<TItem> items)
        where TItem : IEventItem =>
        Write(workspace, source: null, items, (writer, item) => JsonSerializer.Serialize(writer, item, Wire.Json));

    /// <summary>Lists of what a product published, byte by byte as it came: each item is read, and refused, alone.</summary>
    /// <param name="source">The one source that the product may speak for; null for our own services.</param>
    public static IEnumerable<byte[]> OfUnread(string workspace, string? source, IEnumerable<JsonElement> items) =>
        Write(
            workspace,
            source,
            items,
            (writer, item) => writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(item), skipInputValidation: true)
        );

    private static IEnumerable<byte[]> Write<TItem>(
        string workspace,
        string? source,
        IEnumerable<TItem> items,
        Action<Utf8JsonWriter, TItem> write
    )
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using var writer = new Utf8JsonWriter(
            buffer,
            new JsonWriterOptions { Encoder = Wire.Json.Encoder, SkipValidation = true }
        );
        var count = 0;
        foreach (var item in items)
        {
            if (count == 0)
            {
                writer.WriteStartObject();
                writer.WriteString("workspace", workspace);
                if (source is not null)
                    writer.WriteString("source", source);
                writer.WriteStartArray("items");
            }
            write(writer, item);
            if (++count < EventList.MaxItems && writer.BytesCommitted + writer.BytesPending < EventList.MaxBytes)
                continue;
            yield return Finish();
        }
        if (count > 0)
            yield return Finish();

        byte[] Finish()
        {
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
            var body = buffer.WrittenSpan.ToArray();
            buffer.ResetWrittenCount();
            writer.Reset();
            count = 0;
            return body;
        }
    }
}
