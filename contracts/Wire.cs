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
    /// <summary>
    /// The capture exchange: upstream products and Gateway publish here. Only Mapping's queue is bound to it, so that a
    /// mandatory publish is returned when Mapping would not get it, whoever else listens to what Mapping says.
    /// </summary>
    public const string Capture = "leadsync.capture";

    /// <summary>Where products say that a lead was withdrawn; bound to Mapping only, as <see cref="Capture"/>.</summary>
    public const string Withdraw = "leadsync.withdraw";

    public const string LeadCaptured = "leadsync.lead-captured";
    public const string LeadWithdrawn = "leadsync.lead-withdrawn";
    public const string LeadMapped = "leadsync.lead-mapped";

    /// <summary>As <see cref="LeadMapped"/>, of leads that a backfill chose: apart, so that new leads never wait behind them.</summary>
    public const string LeadMappedBackfill = "leadsync.lead-mapped-backfill";

    public const string RecordMatched = "leadsync.record-matched";
    public const string RecordWritten = "leadsync.record-written";
    public const string SyncFailed = "leadsync.sync-failed";
    public const string RecordPulled = "leadsync.record-pulled";
    public const string LeadImported = "leadsync.lead-imported";
    public const string SettingChanged = "leadsync.setting-changed";

    /// <summary>
    /// Where products hear what became of their leads: a topic exchange. The key is <c>workspace.source.event</c>, the event as
    /// its own exchange is named: <c>acme.web.record-written</c>.
    /// </summary>
    public const string Outcomes = "leadsync.outcomes";

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

/// <summary>A kind of event: the exchange that carries it and how a list of it is made.</summary>
public sealed record EventKind<TItem>(string Exchange, Func<string, IReadOnlyList<TItem>, object> List)
    where TItem : IEventItem;

/// <summary>Every kind of event that a service publishes.</summary>
public static class EventKinds
{
    /// <summary>What Gateway hands to Mapping.</summary>
    public static readonly EventKind<CapturedLead> Capture = new(
        Wire.Capture,
        (workspace, items) => new LeadCaptured { Workspace = workspace, Items = items }
    );

    /// <summary>What Gateway hands to Mapping when a product deletes a lead over HTTP.</summary>
    public static readonly EventKind<WithdrawnLead> Withdraw = new(
        Wire.Withdraw,
        (workspace, items) => new LeadWithdrawn { Workspace = workspace, Items = items }
    );

    /// <summary>What Mapping has taken in, told on to Audit.</summary>
    public static readonly EventKind<CapturedLead> LeadCaptured = Capture with { Exchange = Wire.LeadCaptured };

    /// <summary>What Mapping has dropped, told on to Audit.</summary>
    public static readonly EventKind<WithdrawnLead> LeadWithdrawn = Withdraw with { Exchange = Wire.LeadWithdrawn };

    public static readonly EventKind<MappedLead> LeadMapped = new(
        Wire.LeadMapped,
        (workspace, items) => new LeadMapped { Workspace = workspace, Items = items }
    );

    /// <summary>What a backfill chose.</summary>
    public static readonly EventKind<MappedLead> LeadMappedBackfill = LeadMapped with
    {
        Exchange = Wire.LeadMappedBackfill,
    };

    public static readonly EventKind<MatchedRecord> RecordMatched = new(
        Wire.RecordMatched,
        (workspace, items) => new RecordMatched { Workspace = workspace, Items = items }
    );
    public static readonly EventKind<WrittenRecord> RecordWritten = new(
        Wire.RecordWritten,
        (workspace, items) => new RecordWritten { Workspace = workspace, Items = items }
    );
    public static readonly EventKind<FailedSync> SyncFailed = new(
        Wire.SyncFailed,
        (workspace, items) => new SyncFailed { Workspace = workspace, Items = items }
    );
    public static readonly EventKind<PulledRecord> RecordPulled = new(
        Wire.RecordPulled,
        (workspace, items) => new RecordPulled { Workspace = workspace, Items = items }
    );
    public static readonly EventKind<ImportedLead> LeadImported = new(
        Wire.LeadImported,
        (workspace, items) => new LeadImported { Workspace = workspace, Items = items }
    );
    public static readonly EventKind<ChangedSetting> SettingChanged = new(
        Wire.SettingChanged,
        (workspace, items) => new SettingChanged { Workspace = workspace, Items = items }
    );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = false
)]
[JsonSerializable(typeof(LeadCaptured))]
[JsonSerializable(typeof(LeadWithdrawn))]
[JsonSerializable(typeof(LeadMapped))]
[JsonSerializable(typeof(RecordMatched))]
[JsonSerializable(typeof(RecordWritten))]
[JsonSerializable(typeof(SyncFailed))]
[JsonSerializable(typeof(RecordPulled))]
[JsonSerializable(typeof(LeadImported))]
[JsonSerializable(typeof(SettingChanged))]
internal sealed partial class WireJson : JsonSerializerContext;
