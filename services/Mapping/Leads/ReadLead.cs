using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Mapping.Sources;
using Npgsql;

namespace LeadSync.Mapping.Leads;

/// <summary>A lead with all that is kept of it.</summary>
/// <param name="Version">Of the last news or deliberate re-map.</param>
/// <param name="ReceivedAt">When the last news came in, by our clock: decides what the lead is eligible for.</param>
/// <param name="Records">Records that its source says it is.</param>
/// <param name="Links">Records that it turned out to be.</param>
/// <param name="Pairs">Connections that it was eligible for, and how it stands there.</param>
public sealed record LeadView(
    string Source,
    string LeadId,
    long Version,
    bool Completed,
    bool Withdrawn,
    DateTimeOffset? FirstCapturedAt,
    DateTimeOffset? LastCapturedAt,
    DateTimeOffset? ReceivedAt,
    string? MatchEmail,
    IReadOnlyDictionary<string, FieldView> Fields,
    IReadOnlyList<ConversationTurn> Turns,
    IReadOnlyDictionary<string, string>? Metadata,
    IReadOnlyList<KnownRecord> Records,
    IReadOnlyList<KnownRecord> Links,
    IReadOnlyList<PairView> Pairs
);

/// <summary>A lead field's value.</summary>
/// <param name="Value">JSON null: cleared on purpose.</param>
/// <param name="By">The event that it came by.</param>
/// <param name="ImportedFrom">The connection that it was pulled from; null when it was captured.</param>
/// <param name="Misfit">Why it does not fit the type that the source declares; null when it does.</param>
public sealed record FieldView(
    JsonElement Value,
    DateTimeOffset CapturedAt,
    Guid By,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? ImportedFrom,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Misfit
);

/// <summary>How a lead stands at a connection, as Mapping knows it.</summary>
/// <param name="State"><c>mapped</c>, <c>waiting</c> for its route, <c>filtered</c> out, or <c>failed</c>.</param>
/// <param name="Code">Why it does not go on.</param>
/// <param name="DueAt">When it is looked at again by the clock; null when nothing is due.</param>
public sealed record PairView(
    Guid ConnectionId,
    DateTimeOffset EligibleSince,
    long Version,
    string State,
    string? Code,
    DateTimeOffset? DueAt
);

/// <summary>Reads one lead.</summary>
public sealed class ReadLead(NpgsqlDataSource database)
{
    public async Task<LeadView?> FindAsync(LeadKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(
                """
                select l.id, l.version, l.state::text as state, l.received_at, l.first_captured_at, l.last_captured_at,
                       s.fields::text as fields
                  from lead l
                  join source s on s.workspace = l.workspace and s.name = l.source
                 where l.workspace = @Workspace and l.source = @Source and l.lead_id = @LeadId;
                select t.conversation_id, t.turn_id, t.at, t.speaker, t.text
                  from turn t join lead l on l.id = t.lead
                 where l.workspace = @Workspace and l.source = @Source and l.lead_id = @LeadId
                 order by t.at, t.conversation_id, t.turn_id;
                select r.object, r.record_id, r.connection_id
                  from record_link r join lead l on l.id = r.lead
                 where l.workspace = @Workspace and l.source = @Source and l.lead_id = @LeadId
                 order by r.connection_id, r.object;
                select m.connection_id, m.eligible_since, m.version, m.failed_code, m.failed_by, d.due_at
                  from mapped m
                  join lead l on l.id = m.lead
                  left join mapping_due d on d.lead = m.lead and d.connection_id = m.connection_id
                 where l.workspace = @Workspace and l.source = @Source and l.lead_id = @LeadId
                 order by m.connection_id
                """,
                key,
                cancellationToken: cancellationToken
            )
        );
        var row = await results.ReadSingleOrDefaultAsync<LeadRow>();
        var turns = await results.ReadAsync<TurnRow>();
        var links = await results.ReadAsync<LinkRow>();
        var pairs = await results.ReadAsync<PairRow>();
        if (row is null)
            return null;
        var state = JsonSerializer.Deserialize(row.State, LeadJson.Default.LeadState)!;
        var model = new SourceModel(FieldSetting.Parse(row.Fields));
        return new LeadView(
            key.Source,
            key.LeadId,
            row.Version,
            state.Completed?.Value.ValueKind == JsonValueKind.True,
            state.IsWithdrawn,
            row.FirstCapturedAt,
            row.LastCapturedAt,
            row.ReceivedAt,
            state.NormalisedEmail(model.EmailField),
            state
                .Fields.OrderBy(field => field.Key, StringComparer.Ordinal)
                .ToDictionary(
                    field => field.Key,
                    field => View(field.Value, model.Find(field.Key)),
                    StringComparer.Ordinal
                ),
            [
                .. turns.Select(turn => new ConversationTurn(
                    turn.ConversationId,
                    turn.TurnId,
                    turn.At,
                    turn.Speaker,
                    turn.Text
                )),
            ],
            state.Metadata?.Pairs,
            [.. state.Records.Select(record => new KnownRecord(record.Object, record.RecordId, record.ConnectionId))],
            [.. links.Select(link => new KnownRecord(link.Object, link.RecordId, link.ConnectionId))],
            [.. pairs.Select(View)]
        );
    }

    private static FieldView View(CapturedValue value, LeadField? declared) =>
        new(
            value.Value,
            value.At,
            value.By,
            value.ImportedFrom,
            declared is null ? null : FieldTypes.Misfit(value.Value, declared)
        );

    private static PairView View(PairRow pair) =>
        new(
            pair.ConnectionId,
            pair.EligibleSince,
            pair.Version,
            pair.FailedBy switch
            {
                null => "mapped",
                "wait" => "waiting",
                "filter" => "filtered",
                _ => "failed",
            },
            pair.FailedCode,
            // A wait that no time ends.
            pair.DueAt
                is { Year: < 9999 } due
                ? due
                : null
        );

    private sealed record LeadRow
    {
        public required long Id { get; init; }
        public required long Version { get; init; }
        public required string State { get; init; }
        public DateTimeOffset? ReceivedAt { get; init; }
        public DateTimeOffset? FirstCapturedAt { get; init; }
        public DateTimeOffset? LastCapturedAt { get; init; }
        public required string Fields { get; init; }
    }

    private sealed record TurnRow
    {
        public required string ConversationId { get; init; }
        public required string TurnId { get; init; }
        public required DateTimeOffset At { get; init; }
        public required string Speaker { get; init; }
        public required string Text { get; init; }
    }

    private sealed record LinkRow
    {
        public required string Object { get; init; }
        public required string RecordId { get; init; }
        public required Guid ConnectionId { get; init; }
    }

    private sealed record PairRow
    {
        public required Guid ConnectionId { get; init; }
        public required DateTimeOffset EligibleSince { get; init; }
        public required long Version { get; init; }
        public string? FailedCode { get; init; }
        public string? FailedBy { get; init; }
        public DateTimeOffset? DueAt { get; init; }
    }
}
