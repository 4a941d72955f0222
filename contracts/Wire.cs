using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>
/// How events look on the wire: camelCase JSON, no envelope, text as it is. The exchanges' names are part of it and do not
/// change with a type or a namespace.
/// </summary>
public static class Wire
{
    /// <summary>Upstream products publish here, and may only write here and to <see cref="Withdraw"/>.</summary>
    public const string Capture = "leadsync.capture";
    public const string Withdraw = "leadsync.withdraw";
    public const string LeadMapped = "leadsync.lead-mapped";
    public const string RecordMatched = "leadsync.record-matched";
    public const string RecordWritten = "leadsync.record-written";
    public const string SyncFailed = "leadsync.sync-failed";

    /// <summary>Every event's exchange.</summary>
    public static IReadOnlyDictionary<Type, string> Exchanges { get; } =
        new Dictionary<Type, string>
        {
            [typeof(LeadCaptured)] = Capture,
            [typeof(LeadWithdrawn)] = Withdraw,
            [typeof(LeadMapped)] = LeadMapped,
            [typeof(RecordMatched)] = RecordMatched,
            [typeof(RecordWritten)] = RecordWritten,
            [typeof(SyncFailed)] = SyncFailed,
        };

    /// <summary>The JSON of events. Text is not escaped beyond what JSON asks for: most of it is names.</summary>
    public static JsonSerializerOptions Json { get; } = MakeJson();

    private static JsonSerializerOptions MakeJson()
    {
        var options = new JsonSerializerOptions(WireJson.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly();
        return options;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    WriteIndented = false
)]
[JsonSerializable(typeof(LeadCaptured))]
[JsonSerializable(typeof(LeadWithdrawn))]
[JsonSerializable(typeof(LeadMapped))]
[JsonSerializable(typeof(RecordMatched))]
[JsonSerializable(typeof(RecordWritten))]
[JsonSerializable(typeof(SyncFailed))]
internal sealed partial class WireJson : JsonSerializerContext;
