using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>What a request is answered with, as a call of its own or inside a composite.</summary>
public sealed record ApiAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    public const string JsonType = "application/json;charset=UTF-8";

    private static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string ContentType { get; init; } = JsonType;
    public IReadOnlyDictionary<string, string> Headers { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How many records it is about, for the journal.</summary>
    public int Records { get; init; }

    public bool Succeeded => Status < 400 && Status != 300;

    public static ApiAnswer NoContent { get; } = new(204, default);

    public static ApiAnswer Json(int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, AsIs))
            write(json);
        return new(status, buffer.WrittenMemory);
    }

    public static ApiAnswer Text(int status, string contentType, string text) =>
        new(status, Encoding.UTF8.GetBytes(text)) { ContentType = contentType };

    public static ApiAnswer Error(int status, params IEnumerable<ApiError> errors) =>
        Json(
            status,
            json =>
            {
                json.WriteStartArray();
                foreach (var error in errors)
                    error.Write(json, "errorCode");
                json.WriteEndArray();
            }
        );

    public static ApiAnswer Error(ApiException exception) => Error(exception.Status, exception.Errors);
}
