using System.Text.Json;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.References;
using Npgsql;

namespace LeadSync.Mapping.Leads;

/// <summary>Writes what became of locked leads, in one round trip.</summary>
public static class LeadChanges
{
    /// <summary>Writes what changed.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyCollection<WorkingLead> leads,
        LeadDecisions decided,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        WriteLeads(batch, [.. leads.Where(lead => lead.IsChanged)]);
        WriteTurns(batch, leads);
        // What came was of an erased person.
        if (leads.Where(lead => lead.IsBlank).Select(lead => lead.Id).ToArray() is { Length: > 0 } blank)
            batch.Add("delete from lead where id = any($1) and version = 0", blank);

        // In one order everywhere, for consumers of other queues write these rows too.
        var pairs = decided
            .Pairs.Where(decision => decision.Pair is not null)
            .OrderBy(decision => decision.LeadId)
            .ThenBy(decision => decision.ConnectionId)
            .ToList();
        if (pairs.Count > 0)
        {
            batch.Add(
                """
                insert into mapped (lead, connection_id, eligible_since, version, revision, failed_code, failed_by)
                select * from unnest($1, $2, $3, $4, $5, $6, $7)
                on conflict (lead, connection_id) do update
                   set eligible_since = excluded.eligible_since, version = excluded.version, revision = excluded.revision,
                       failed_code = excluded.failed_code, failed_by = excluded.failed_by
                """,
                pairs.Select(pair => pair.LeadId).ToArray(),
                pairs.Select(pair => pair.ConnectionId).ToArray(),
                pairs.Select(pair => pair.Pair!.EligibleSince).ToArray(),
                pairs.Select(pair => pair.Pair!.Version).ToArray(),
                pairs.Select(pair => pair.Pair!.Revision).ToArray(),
                pairs.Select(pair => pair.Pair!.FailedCode).ToArray(),
                pairs
                    .Select(pair =>
                        pair.Pair!.FailedBy switch
                        {
                            FailedBy.Mapping => "mapping",
                            FailedBy.Push => "push",
                            FailedBy.Wait => "wait",
                            FailedBy.Filter => "filter",
                            _ => null,
                        }
                    )
                    .ToArray()
            );
        }
        var waiting = decided.Waiting.OrderBy(pair => pair.LeadId).ThenBy(pair => pair.ConnectionId).ToList();
        if (waiting.Count > 0)
        {
            batch.Add(
                """
                insert into mapping_due (lead, connection_id, code, attempt, due_at, revision)
                select * from unnest($1, $2, $3, $4, $5, $6)
                on conflict (lead, connection_id) do update
                   set code = excluded.code, attempt = excluded.attempt, due_at = excluded.due_at, revision = excluded.revision
                """,
                waiting.Select(pair => pair.LeadId).ToArray(),
                waiting.Select(pair => pair.ConnectionId).ToArray(),
                waiting.Select(pair => pair.Code).ToArray(),
                waiting.Select(pair => pair.Attempt).ToArray(),
                waiting.Select(pair => pair.DueAt).ToArray(),
                waiting.Select(pair => pair.Revision).ToArray()
            );
        }
        if (decided.Done is { Count: > 0 } done)
        {
            batch.Add(
                """
                delete from mapping_due d
                 using (select due.lead, due.connection_id
                          from mapping_due due
                          join unnest($1, $2) as k (lead, connection_id)
                            on due.lead = k.lead and due.connection_id = k.connection_id
                         order by due.lead, due.connection_id
                           for update of due) k
                 where d.lead = k.lead and d.connection_id = k.connection_id
                """,
                done.Select(pair => pair.Lead).ToArray(),
                done.Select(pair => pair.ConnectionId).ToArray()
            );
        }
        Misfits.Write(batch, decided.Pairs);
        ReferenceStore.Want(batch, decided.Pairs, now);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void WriteLeads(NpgsqlBatch batch, List<WorkingLead> changed)
    {
        if (changed.Count == 0)
            return;
        batch.Add(
            """
            update lead l
               set version = k.version, state = k.state::jsonb, email = k.email, completed = k.completed,
                   withdrawn = k.withdrawn, received_at = k.received_at,
                   first_captured_at = k.first_captured_at, last_captured_at = k.last_captured_at
              from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
                as k (id, version, state, email, completed, withdrawn, received_at, first_captured_at, last_captured_at)
             where l.id = k.id
            """,
            changed.Select(lead => lead.Id).ToArray(),
            changed.Select(lead => lead.Version).ToArray(),
            changed.Select(lead => JsonSerializer.Serialize(lead.State, LeadJson.Default.LeadState)).ToArray(),
            changed.Select(lead => lead.Email).ToArray(),
            changed.Select(lead => lead.State.Completed?.Value.ValueKind == JsonValueKind.True).ToArray(),
            changed.Select(lead => lead.State.IsWithdrawn).ToArray(),
            changed.Select(lead => lead.ReceivedAt).ToArray(),
            changed.Select(lead => lead.FirstCapturedAt).ToArray(),
            changed.Select(lead => lead.LastCapturedAt).ToArray()
        );
        WriteRecords(batch, changed.FindAll(lead => lead.HasRecordNews));
        var withdrawn = changed.Where(lead => lead.State.WithdrawnAt is not null).ToList();
        if (withdrawn.Count == 0)
            return;
        batch.Add(
            """
            delete from turn t
             using unnest($1, $2) as k (lead, withdrawn_at)
             where t.lead = k.lead and t.captured_at <= k.withdrawn_at
            """,
            withdrawn.Select(lead => lead.Id).ToArray(),
            withdrawn.Select(lead => lead.State.WithdrawnAt!.Value).ToArray()
        );
    }

    // What imports find leads by, beside what the CRM taught us.
    private static void WriteRecords(NpgsqlBatch batch, List<WorkingLead> leads)
    {
        if (leads.Count == 0)
            return;
        var records = leads.SelectMany(lead => lead.State.Records.Select(record => (lead, record))).ToList();
        batch.Add("delete from captured_record where lead = any($1)", leads.Select(lead => lead.Id).ToArray());
        batch.Add(
            """
            insert into captured_record (lead, workspace, object, record_key, connection_id)
            select * from unnest($1, $2, $3, $4, $5)
            """,
            records.Select(one => one.lead.Id).ToArray(),
            records.Select(one => one.lead.Key.Workspace).ToArray(),
            records.Select(one => one.record.Object).ToArray(),
            records.Select(one => RecordIds.Short(one.record.RecordId)).ToArray(),
            records.Select(one => one.record.ConnectionId).ToArray()
        );
    }

    private static void WriteTurns(NpgsqlBatch batch, IReadOnlyCollection<WorkingLead> leads)
    {
        var turns = leads
            .SelectMany(lead => lead.NewTurns.Values.Select(turn => (lead.Id, turn.Turn, turn.Captured)))
            .ToList();
        if (turns.Count == 0)
            return;
        batch.Add(
            """
            insert into turn (lead, conversation_id, turn_id, at, speaker, text, captured_at, captured_by)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (lead, conversation_id, turn_id) do update
               set at = excluded.at, speaker = excluded.speaker, text = excluded.text,
                   captured_at = excluded.captured_at, captured_by = excluded.captured_by
            """,
            turns.Select(turn => turn.Id).ToArray(),
            turns.Select(turn => turn.Turn.ConversationId).ToArray(),
            turns.Select(turn => turn.Turn.TurnId).ToArray(),
            turns.Select(turn => turn.Turn.At.ToUniversalTime()).ToArray(),
            turns.Select(turn => turn.Turn.Speaker).ToArray(),
            turns.Select(turn => turn.Turn.Text).ToArray(),
            turns.Select(turn => turn.Captured.At).ToArray(),
            turns.Select(turn => turn.Captured.By).ToArray()
        );
    }
}

/// <summary>A pair to be decided again.</summary>
public sealed record DuePair(
    long LeadId,
    Guid ConnectionId,
    string Code,
    int Attempt,
    DateTimeOffset DueAt,
    long Revision
);
