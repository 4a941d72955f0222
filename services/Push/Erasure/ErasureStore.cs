using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.People;
using Npgsql;

namespace LeadSync.Push.Erasure;

/// <summary>Who was erased, and whose erasure is still under way.</summary>
public sealed class ErasureStore(NpgsqlDataSource database, ErasureKeys keys)
{
    /// <summary>Of these leads those that were erased, with the version up to which nothing of them is taken in.</summary>
    public async Task<IReadOnlyDictionary<LeadKey, long>> VersionsAsync(
        IReadOnlyCollection<LeadKey> leads,
        CancellationToken cancellationToken
    )
    {
        var hashed = leads.Select(lead => (Lead: lead, Key: keys.OfLead(lead))).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Workspace, byte[] Key, long Version)>(
            new CommandDefinition(
                """
                select e.workspace, e.key, e.version
                  from unnest(@workspaces, @hashes) as k (workspace, key)
                  join erased e on e.workspace = k.workspace and e.key = k.key
                """,
                new
                {
                    workspaces = hashed.Select(one => one.Lead.Workspace).ToArray(),
                    hashes = hashed.Select(one => one.Key).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
        var versions = rows.ToDictionary(row => (row.Workspace, Convert.ToHexStringLower(row.Key)), row => row.Version);
        return hashed
            .Where(one => versions.ContainsKey((one.Lead.Workspace, Convert.ToHexStringLower(one.Key))))
            .ToDictionary(one => one.Lead, one => versions[(one.Lead.Workspace, Convert.ToHexStringLower(one.Key))]);
    }

    /// <summary>
    /// Lets nothing more be wanted of leads at any connection of their workspace, and has <see cref="EraseLeads"/> remove what
    /// is left of them. The tombstones are there from now on.
    /// </summary>
    /// <param name="leads">As Mapping says it: withdrawn, with the version that was reached.</param>
    public async Task BeginAsync(
        IReadOnlyCollection<(string Workspace, MappedLead Lead)> leads,
        CancellationToken cancellationToken
    )
    {
        if (leads.Count == 0)
            return;
        // One lead may come once for each of its connections.
        var newest = leads
            .GroupBy(one => one.Lead.Key(one.Workspace))
            .Select(group => group.MaxBy(one => one.Lead.Version))
            .OrderBy(one => one.Lead.Source, StringComparer.Ordinal)
            .ThenBy(one => one.Lead.LeadId, StringComparer.Ordinal)
            .ToList();
        var parameters = new
        {
            workspaces = newest.Select(one => one.Workspace).ToArray(),
            hashes = newest.Select(one => keys.OfLead(one.Lead.Key(one.Workspace))).ToArray(),
            sources = newest.Select(one => one.Lead.Source).ToArray(),
            leadIds = newest.Select(one => one.Lead.LeadId).ToArray(),
            versions = newest.Select(one => one.Lead.Version).ToArray(),
            wanted = newest.Select(one => JsonSerializer.Serialize(one.Lead, Wire.Json)).ToArray(),
        };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into erased as e (workspace, key, version)
                select * from unnest(@workspaces, @hashes, @versions)
                on conflict (workspace, key) do update set version = greatest(e.version, excluded.version)
                """,
                parameters,
                transaction,
                cancellationToken: cancellationToken
            )
        );
        // Before the rows of the leads, as EraseLeads locks them.
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into erasing (connection_id, source, lead_id)
                select s.connection_id, s.source, s.lead_id
                  from unnest(@workspaces, @sources, @leadIds) as n (workspace, source, lead_id)
                  join lane l on l.workspace = n.workspace
                  join lead_sync s on s.connection_id = l.connection_id and s.source = n.source and s.lead_id = n.lead_id
                 order by s.connection_id, s.source, s.lead_id
                on conflict (connection_id, source, lead_id) do update set fence = null, look_at = now()
                """,
                parameters,
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await connection.ExecuteAsync(
            new CommandDefinition(
                // The match keys and the record stay a little longer: what is under way is held and ended by them.
                """
                update lead_sync s
                   set wanted = n.wanted || jsonb_build_object('connectionId', s.connection_id),
                       version = n.version, from_version = n.version,
                       wanted_run = s.wanted_run + 1, done_run = s.wanted_run + 1,
                       parked_code = null, parked_at = null, parked_message = null, replayed_by = null, attempts = 0,
                       trace_parent = null
                  from (select s.connection_id, s.source, s.lead_id, n.version, n.wanted::jsonb as wanted
                          from unnest(@workspaces, @sources, @leadIds, @versions, @wanted)
                            as n (workspace, source, lead_id, version, wanted)
                          join lane l on l.workspace = n.workspace
                          join lead_sync s on s.connection_id = l.connection_id and s.source = n.source and s.lead_id = n.lead_id
                         where s.version <= n.version
                         order by s.connection_id, s.source, s.lead_id
                           for update of s) n
                 where s.connection_id = n.connection_id and s.source = n.source and s.lead_id = n.lead_id
                """,
                parameters,
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }
}
