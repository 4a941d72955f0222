using LeadSync.Contracts;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.People;
using LeadSync.Mapping.Sources;
using Npgsql;

namespace LeadSync.Mapping.Leads;

/// <summary>
/// Locks leads and reads them with what they are mapped by. A batch costs three round trips whatever its size: this one, the
/// one that writes (<see cref="LeadChanges"/>), and the commit. Locks are always taken in key order, so that consumers never
/// wait for each other in a ring.
/// </summary>
public sealed class LeadStore(SchemaCache schemas)
{
    private readonly SourceModels _models = new();

    /// <summary>Inserts the missing leads, locks all, and reads them with the settings that they are mapped by.</summary>
    /// <param name="keys">Each once.</param>
    /// <param name="suspects">Who may have been erased. Erased leads are not inserted.</param>
    /// <param name="turns">The turns that the batch brings, so that those known already are recognised.</param>
    public async Task<LeadBatch> LockAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyCollection<LeadKey> keys,
        Suspects suspects,
        IReadOnlyCollection<(LeadKey Lead, string Conversation, string Turn)> turns,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        string[] workspaces = [.. keys.Select(key => key.Workspace)];
        string[] sources = [.. keys.Select(key => key.Source)];
        string[] leadIds = [.. keys.Select(key => key.LeadId)];
        var origins = keys.Select(key => (key.Workspace, key.Source)).Distinct().ToList();
        string[] originWorkspaces = [.. origins.Select(origin => origin.Workspace)];
        string[] originSources = [.. origins.Select(origin => origin.Source)];
        var known = schemas.Known();

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(
            """
            insert into source (workspace, name, declared, enabled, enabled_at, revision)
            select k.workspace, k.source, false, false, $3, 1
              from unnest($1, $2) as k (workspace, source)
             where not exists (select from source s where s.workspace = k.workspace and s.name = k.source)
             order by k.workspace collate "C", k.source collate "C"
            on conflict do nothing
            """,
            originWorkspaces,
            originSources,
            now
        );
        batch.Add(
            """
            insert into lead (workspace, source, lead_id, version, state)
            select k.workspace, k.source, k.lead_id, 0, '{}'
              from unnest($1, $2, $3, $4) as k (workspace, source, lead_id, key)
             where not exists (select from lead l where l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id)
               and not exists (select from erased e where e.workspace = k.workspace and e.kind = 'lead' and e.key = k.key)
             order by k.workspace collate "C", k.source collate "C", k.lead_id collate "C"
            on conflict do nothing
            """,
            workspaces,
            sources,
            leadIds,
            keys.Select(suspects.KeyOf).ToArray()
        );
        batch.Add(
            """
            select l.id, l.workspace, l.source, l.lead_id, l.version, l.state::text, l.received_at, l.first_captured_at, l.last_captured_at
              from lead l
              join unnest($1, $2, $3) as k (workspace, source, lead_id)
                on l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id
             order by l.workspace, l.source, l.lead_id
               for update of l
            """,
            workspaces,
            sources,
            leadIds
        );
        batch.Add(
            """
            select l.id, m.connection_id, m.eligible_since, m.version, m.revision, m.failed_code, m.failed_by
              from mapped m
              join lead l on l.id = m.lead
              join unnest($1, $2, $3) as k (workspace, source, lead_id)
                on l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id
            """,
            workspaces,
            sources,
            leadIds
        );
        batch.Add(
            """
            select l.id, r.connection_id, r.object, r.record_id
              from record_link r
              join lead l on l.id = r.lead
              join unnest($1, $2, $3) as k (workspace, source, lead_id)
                on l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id
            """,
            workspaces,
            sources,
            leadIds
        );
        batch.Add(
            """
            select l.id, t.conversation_id, t.turn_id, t.captured_at, t.captured_by
              from unnest($1, $2, $3, $4, $5) as k (workspace, source, lead_id, conversation_id, turn_id)
              join lead l on l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id
              join turn t on t.lead = l.id and t.conversation_id = k.conversation_id and t.turn_id = k.turn_id
            """,
            turns.Select(turn => turn.Lead.Workspace).ToArray(),
            turns.Select(turn => turn.Lead.Source).ToArray(),
            turns.Select(turn => turn.Lead.LeadId).ToArray(),
            turns.Select(turn => turn.Conversation).ToArray(),
            turns.Select(turn => turn.Turn).ToArray()
        );
        batch.Add(
            """
            select s.workspace, s.name, case when s.declared and s.enabled then s.enabled_at end, s.fields::text
              from source s
              join unnest($1, $2) as k (workspace, source) on s.workspace = k.workspace and s.name = k.source
            """,
            originWorkspaces,
            originSources
        );
        // Each connection's number before what it counts: a number that is too low only means deciding once more.
        batch.Add(
            """
            select c.id, c.revision
              from connection c
             where c.id in (select r.connection_id from route r join unnest($1, $2) as k (workspace, source)
                                on r.workspace = k.workspace and r.source = k.source)
            """,
            originWorkspaces,
            originSources
        );
        batch.Add(
            """
            select r.workspace, r.source, r.connection_id, r.enabled, r.enabled_at, r.create_as, r.terms::text
              from route r
              join unnest($1, $2) as k (workspace, source) on r.workspace = k.workspace and r.source = k.source
             order by r.connection_id
            """,
            originWorkspaces,
            originSources
        );
        batch.Add(
            """
            select m.connection_id, m.object, m.entries::text, m.enabled_at, m.revision, s.revision,
                   case when k.revision is null then s.schema::text end
              from mapping m
              left join schema_copy s on s.connection_id = m.connection_id and s.object = m.object
              left join unnest($3, $4, $5) as k (connection_id, object, revision)
                on k.connection_id = s.connection_id and k.object = s.object and k.revision = s.revision
             where m.connection_id in (select r.connection_id from route r join unnest($1, $2) as k (workspace, source)
                                           on r.workspace = k.workspace and r.source = k.source)
             order by m.connection_id, m.object
            """,
            originWorkspaces,
            originSources,
            known.Select(schema => schema.ConnectionId).ToArray(),
            known.Select(schema => schema.Object).ToArray(),
            known.Select(schema => schema.Revision).ToArray()
        );
        batch.Add(
            """
            select l.id, t.conversation_id, t.turn_id, t.at, t.speaker, t.text, t.captured_at, t.captured_by
              from unnest($1, $2, $3) as k (workspace, source, lead_id)
              join lead l on l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id
              join turn t on t.lead = l.id
             where exists (select from route r
                             join mapping m on m.connection_id = r.connection_id
                            where r.workspace = k.workspace and r.source = k.source
                              and (m.entries @> '[{"from": "$conversation"}]'
                                   or r.terms @> '{"mapping": [{"fields": [{"from": "$conversation"}]}]}'))
            """,
            workspaces,
            sources,
            leadIds
        );
        batch.Add(
            """
            select e.workspace, e.kind, e.key, e.erased_at
              from unnest($1, $2, $3) as k (workspace, kind, key)
              join erased e on e.workspace = k.workspace and e.kind = k.kind and e.key = k.key
            """,
            suspects.All.Select(one => one.Workspace).ToArray(),
            suspects.All.Select(one => one.Kind).ToArray(),
            suspects.All.Select(one => one.Key).ToArray()
        );

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await new LeadBatchReader(reader, schemas, _models, known).ReadAsync(origins, cancellationToken);
    }
}
