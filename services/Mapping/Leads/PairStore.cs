using Dapper;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Mapping.Leads;

/// <summary>A version of a lead that failed for good at a connection.</summary>
public sealed record LearntFailure(LeadKey Key, Guid ConnectionId, long Version, string Code);

/// <summary>The record that a version of a lead was written to.</summary>
/// <param name="IsDone">The lead is done with this version. Not so where another of its records is still to be written.</param>
public sealed record LearntRecord(LeadKey Key, Guid ConnectionId, long Version, KnownRecord Record, bool IsDone = true);

/// <summary>What other services teach us of leads at connections. Older versions never change what newer ones taught.</summary>
public sealed class PairStore(NpgsqlDataSource database)
{
    public async Task LearnFailuresAsync(
        IReadOnlyCollection<LearntFailure> failures,
        CancellationToken cancellationToken
    )
    {
        if (failures.Count == 0)
            return;
        var newest = failures
            .GroupBy(failure => (failure.Key, failure.ConnectionId))
            .Select(group => group.MaxBy(failure => failure.Version)!)
            .ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The rows are locked in the order in which captures lock them.
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update mapped m
                   set failed_code = k.code, failed_by = 'push'
                  from (select m.lead, m.connection_id, k.code
                          from unnest(@workspaces, @sources, @leadIds, @connections, @versions, @codes)
                            as k (workspace, source, lead_id, connection_id, version, code)
                          join lead l on l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id
                          join mapped m on m.lead = l.id and m.connection_id = k.connection_id
                         where m.version = k.version and (m.failed_by is null or m.failed_by = 'push') and not l.withdrawn
                         order by m.lead, m.connection_id
                           for update of m) k
                 where m.lead = k.lead and m.connection_id = k.connection_id
                """,
                new
                {
                    workspaces = newest.Select(failure => failure.Key.Workspace).ToArray(),
                    sources = newest.Select(failure => failure.Key.Source).ToArray(),
                    leadIds = newest.Select(failure => failure.Key.LeadId).ToArray(),
                    connections = newest.Select(failure => failure.ConnectionId).ToArray(),
                    versions = newest.Select(failure => failure.Version).ToArray(),
                    codes = newest.Select(failure => failure.Code).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    public async Task LearnRecordsAsync(IReadOnlyCollection<LearntRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return;
        var newest = records
            .GroupBy(record => (record.Key, record.ConnectionId, record.Record.Object))
            .Select(group => group.MaxBy(record => (record.Version, record.IsDone))!)
            .ToList();
        var parameters = new
        {
            workspaces = newest.Select(record => record.Key.Workspace).ToArray(),
            sources = newest.Select(record => record.Key.Source).ToArray(),
            leadIds = newest.Select(record => record.Key.LeadId).ToArray(),
            connections = newest.Select(record => record.ConnectionId).ToArray(),
            versions = newest.Select(record => record.Version).ToArray(),
            objects = newest.Select(record => record.Record.Object).ToArray(),
            recordIds = newest.Select(record => record.Record.RecordId).ToArray(),
            done = newest.Select(record => record.IsDone).ToArray(),
        };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into record_link as r (lead, connection_id, object, record_id, version)
                select l.id, k.connection_id, k.object, k.record_id, k.version
                  from unnest(@workspaces, @sources, @leadIds, @connections, @versions, @objects, @recordIds)
                    as k (workspace, source, lead_id, connection_id, version, object, record_id)
                  join lead l on l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id
                 order by l.id, k.connection_id, k.object
                on conflict (lead, connection_id, object) do update
                   set record_id = excluded.record_id, version = excluded.version
                 where r.version <= excluded.version and r.record_id <> excluded.record_id
                """,
                parameters,
                cancellationToken: cancellationToken
            )
        );
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update mapped m
                   set failed_code = null, failed_by = null
                  from (select distinct m.lead, m.connection_id
                          from (select m.lead, m.connection_id
                                  from unnest(@workspaces, @sources, @leadIds, @connections, @versions, @done)
                                    as k (workspace, source, lead_id, connection_id, version, done)
                                  join lead l on l.workspace = k.workspace and l.source = k.source and l.lead_id = k.lead_id
                                  join mapped m on m.lead = l.id and m.connection_id = k.connection_id
                                 where m.version <= k.version and m.failed_by = 'push' and k.done
                                 order by m.lead, m.connection_id
                                   for update of m) m) k
                 where m.lead = k.lead and m.connection_id = k.connection_id
                """,
                parameters,
                cancellationToken: cancellationToken
            )
        );
    }
}
