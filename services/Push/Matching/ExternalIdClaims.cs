using Dapper;
using LeadSync.Push.Lanes;
using Npgsql;

namespace LeadSync.Push.Matching;

/// <summary>
/// Makes leads that share an external id one person. Which field holds it is known to the rule only, so their rows learn of it
/// when they are first matched.
/// </summary>
public sealed class ExternalIdClaims(NpgsqlDataSource database)
{
    /// <summary>Notes external ids among the keys of leads, and gives those that an intent holds: their leads must wait.</summary>
    public async Task<IReadOnlySet<string>> ClaimAsync(
        Lease lease,
        IReadOnlyList<(WaitingLead Lead, string Key)> keyed,
        CancellationToken cancellationToken
    )
    {
        if (keyed.Count == 0)
            return new HashSet<string>(StringComparer.Ordinal);
        var ordered = keyed
            .OrderBy(one => one.Lead.Wanted.Source, StringComparer.Ordinal)
            .ThenBy(one => one.Lead.Wanted.LeadId, StringComparer.Ordinal)
            .ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                with new as (select s.source, s.lead_id, n.key
                               from lead_sync s
                               join unnest(@sources, @leadIds, @keys) as n (source, lead_id, key) using (source, lead_id)
                              where s.connection_id = @ConnectionId and not s.keys @> array[n.key]
                              order by s.source, s.lead_id for update of s)
                update lead_sync s set keys = s.keys || all_new.keys
                  from (select source, lead_id, array_agg(key) as keys from new group by source, lead_id) as all_new
                 where s.connection_id = @ConnectionId and s.source = all_new.source and s.lead_id = all_new.lead_id
                """,
                new
                {
                    lease.ConnectionId,
                    sources = ordered.Select(one => one.Lead.Wanted.Source).ToArray(),
                    leadIds = ordered.Select(one => one.Lead.Wanted.LeadId).ToArray(),
                    keys = ordered.Select(one => one.Key).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
        var held = await connection.QueryAsync<string>(
            new CommandDefinition(
                "select distinct k from intent i, unnest(i.keys) as k where i.connection_id = @ConnectionId and k = any(@keys)",
                new { lease.ConnectionId, keys = ordered.Select(one => one.Key).ToArray() },
                cancellationToken: cancellationToken
            )
        );
        return held.ToHashSet(StringComparer.Ordinal);
    }
}
