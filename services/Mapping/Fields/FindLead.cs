using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Mapping.Leads;
using Npgsql;

namespace LeadSync.Mapping.Fields;

/// <summary>Reads one lead as mapping sees it, without locking it.</summary>
public sealed class FindLead(NpgsqlDataSource database)
{
    /// <summary>Null where there is no such lead, or it was withdrawn.</summary>
    public async Task<LeadToMap?> ReadAsync(LeadKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(
                """
                select state::text as "State", first_captured_at as "FirstCapturedAt", last_captured_at as "LastCapturedAt"
                  from lead
                 where workspace = @Workspace and source = @Source and lead_id = @LeadId;
                select t.conversation_id as "ConversationId", t.turn_id as "TurnId", t.at as "At", t.speaker as "Speaker",
                       t.text as "Text", t.captured_at as "CapturedAt"
                  from turn t
                  join lead l on l.id = t.lead
                 where l.workspace = @Workspace and l.source = @Source and l.lead_id = @LeadId
                """,
                new
                {
                    key.Workspace,
                    key.Source,
                    key.LeadId,
                },
                cancellationToken: cancellationToken
            )
        );
        var row = await results.ReadSingleOrDefaultAsync<Row>();
        var turns = (await results.ReadAsync<TurnRow>()).ToList();
        if (
            row is null
            || JsonSerializer.Deserialize(row.State, LeadJson.Default.LeadState) is not { IsWithdrawn: false } state
        )
            return null;
        return new LeadToMap(key, state, Utc(row.FirstCapturedAt), Utc(row.LastCapturedAt))
        {
            Turns = [.. turns.Select(turn => turn.Turn())],
            TurnsCapturedAt = turns.Count == 0 ? null : Utc(turns.Max(turn => turn.CapturedAt)),
        };
    }

    private static DateTimeOffset? Utc(DateTime? instant) => instant is null ? null : Config.Saving.Utc(instant.Value);

    private sealed record Row(string State, DateTime? FirstCapturedAt, DateTime? LastCapturedAt);

    private sealed record TurnRow(
        string ConversationId,
        string TurnId,
        DateTime At,
        string Speaker,
        string Text,
        DateTime CapturedAt
    )
    {
        public ConversationTurn Turn() => new(ConversationId, TurnId, Config.Saving.Utc(At), Speaker, Text);
    }
}
