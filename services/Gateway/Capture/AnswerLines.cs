using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Gateway.Capture;

/// <summary>Answers as NDJSON: a line per item. 202 says that the lines tell; each line says what became of its item.</summary>
internal static class AnswerLines
{
    public static void Begin(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status202Accepted;
        response.ContentType = "application/x-ndjson";
        response.Headers.CacheControl = "no-store";
        // A proxy that gathers the answer would make a stream of it no stream.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    public static Utf8JsonWriter Writer(PipeWriter body) =>
        new(body, new JsonWriterOptions { Encoder = Wire.Json.Encoder, SkipValidation = true });

    public static void Write(Utf8JsonWriter json, PipeWriter body, ItemAnswer answer)
    {
        JsonSerializer.Serialize(json, answer, AnswerJson.Default.ItemAnswer);
        json.Flush();
        json.Reset();
        body.Write("\n"u8);
    }
}
