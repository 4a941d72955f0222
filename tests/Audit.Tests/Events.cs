using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Audit.Tests;

/// <summary>Events of leads as the other services tell them.</summary>
internal static class Events
{
    public const string Source = "forms";
    public static readonly Guid Connection = new("019c0000-0000-7000-8000-00000000c001");
    public static readonly Guid Other = new("019c0000-0000-7000-8000-00000000c002");
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The version that Mapping makes at an instant.</summary>
    public static long Version(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static CapturedLead Captured(
        string lead,
        DateTimeOffset at,
        params (string Field, object? Value)[] fields
    ) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = at,
            Source = Source,
            LeadId = lead,
            Fields = fields.ToDictionary(
                field => field.Field,
                field => JsonSerializer.SerializeToElement(field.Value),
                StringComparer.Ordinal
            ),
        };

    public static WithdrawnLead Withdrawn(string lead, DateTimeOffset at) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = at,
            Source = Source,
            LeadId = lead,
        };

    public static MappedLead Mapped(
        string lead,
        DateTimeOffset made,
        Guid? connection = null,
        bool withdrawn = false
    ) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = made,
            Source = Source,
            LeadId = lead,
            ConnectionId = connection ?? Connection,
            Version = Version(made),
            CreateAs = "Lead",
            Match = new MatchKeys(),
            Withdrawn = withdrawn,
            Sections =
            [
                new MappedSection
                {
                    Object = "Lead",
                    Fields =
                    [
                        new MappedField(
                            "LastName",
                            JsonSerializer.SerializeToElement("Doe"),
                            made,
                            WriteRule.Overwrite
                        ),
                    ],
                    MissingForCreate = ["Company"],
                },
            ],
        };

    public static MatchedRecord Matched(
        string lead,
        DateTimeOffset made,
        SyncDecision decision,
        string? reason = null
    ) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = made.AddSeconds(1),
            Source = Source,
            LeadId = lead,
            ConnectionId = Connection,
            Version = Version(made),
            MatchedBy = MatchKind.Email,
            Record = new KnownRecord("Lead", "00Q000000000001AAA"),
            Decision = decision,
            Reason = reason,
        };

    public static WrittenRecord Written(
        string lead,
        DateTimeOffset made,
        WriteOutcome outcome,
        Guid? connection = null,
        DateTimeOffset? at = null
    ) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = at ?? made.AddSeconds(2),
            Source = Source,
            LeadId = lead,
            ConnectionId = connection ?? Connection,
            Version = Version(made),
            FromVersion = Version(made),
            Outcome = outcome,
            Record = new KnownRecord("Lead", "00Q000000000001AAA"),
            Fields =
            [
                new FieldDecision(
                    "Title",
                    JsonSerializer.SerializeToElement("Engineer"),
                    JsonSerializer.SerializeToElement("Chief engineer"),
                    WriteRule.Overwrite,
                    outcome != WriteOutcome.Unchanged,
                    "NEW_VALUE"
                ),
            ],
        };

    public static ImportedLead Imported(string lead, DateTimeOffset made, ImportOutcome outcome) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = made,
            Source = Source,
            LeadId = lead,
            ConnectionId = Connection,
            Version = Version(made),
            Record = new KnownRecord("Contact", "003000000000001AAA"),
            Outcome = outcome,
            FoundBy = outcome == ImportOutcome.Created ? ImportMatch.None : ImportMatch.Record,
            Fields = outcome is ImportOutcome.Created or ImportOutcome.Changed
                ? new Dictionary<string, JsonElement>(StringComparer.Ordinal)
                {
                    ["email"] = JsonSerializer.SerializeToElement("jane@example.com"),
                }
                : new Dictionary<string, JsonElement>(StringComparer.Ordinal),
        };

    public static FailedSync Failed(
        string? lead,
        DateTimeOffset made,
        FailureKind kind,
        Guid? connection,
        bool? transient = null,
        DateTimeOffset? at = null
    ) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = at ?? made.AddSeconds(1),
            Source = Source,
            LeadId = lead,
            ConnectionId = connection,
            Version = lead is null ? null : Version(made),
            Stage = kind == FailureCatalogue.PayloadRejected ? SyncStage.Capture : SyncStage.Write,
            Code = kind.Code,
            Message = "It did not go.",
            Cause = kind.Cause,
            Fix = kind.Fix,
            Fields = ["Company"],
            Transient = transient ?? kind.Transient,
        };
}
