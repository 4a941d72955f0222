using Dapper;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Mapping.Leads;

/// <summary>The leads that are to be decided again.</summary>
public sealed class DueStore(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>
    /// Claims up to <paramref name="most"/> leads: those whose time has come, and those that could not be mapped or failed
    /// at Push under settings that have been changed since. Safe beside other replicas; a claim lapses by itself.
    /// </summary>
    public async Task<IReadOnlyList<DueLead>> ClaimAsync(int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        // Three statements, each its own transaction: held together, their locks could meet those of a capture in a ring.
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into mapping_due (lead, connection_id, code, attempt, due_at, revision)
                select m.lead, m.connection_id, m.failed_code, 0, @now, c.revision
                  from mapped m
                  join connection c on c.id = m.connection_id
                 where m.failed_by = 'push' and m.revision < c.revision
                   and not exists (select from mapping_due d where d.lead = m.lead and d.connection_id = m.connection_id)
                 order by m.lead, m.connection_id
                 limit @most
                on conflict do nothing
                """,
                new { now, most },
                cancellationToken: cancellationToken
            )
        );
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update mapping_due d
                   set due_at = @now, attempt = 0, revision = k.revision
                  from (select due.lead, due.connection_id, c.revision
                          from mapping_due due
                          join connection c on c.id = due.connection_id
                         where due.revision < c.revision
                         order by due.lead, due.connection_id
                         limit @most
                           for update of due skip locked) k
                 where d.lead = k.lead and d.connection_id = k.connection_id
                """,
                new { now, most },
                cancellationToken: cancellationToken
            )
        );
        var claimed = await connection.QueryAsync<ClaimedRow>(
            new CommandDefinition(
                """
                update mapping_due d
                   set due_at = @until, attempt = d.attempt + 1
                  from (select due.lead, due.connection_id, l.workspace, l.source, l.lead_id
                          from mapping_due due
                          join lead l on l.id = due.lead
                         where due.due_at <= @now
                         order by due.due_at
                         limit @most
                           for update of due skip locked) k
                 where d.lead = k.lead and d.connection_id = k.connection_id
                returning k.workspace, k.source, k.lead_id, d.lead, d.connection_id, d.attempt
                """,
                new
                {
                    now,
                    most,
                    until = now + DueSchedule.Claim,
                },
                cancellationToken: cancellationToken
            )
        );
        return
        [
            .. claimed.Select(row => new DueLead(
                new LeadKey(row.Workspace, row.Source, row.LeadId),
                row.Lead,
                row.ConnectionId,
                row.Attempt
            )),
        ];
    }

    /// <summary>Ends what was claimed and has been published, or is no more to be synced. What failed or waits anew stays.</summary>
    public async Task FinishAsync(IReadOnlyCollection<DueLead> claimed, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                delete from mapping_due d
                 using (select due.lead, due.connection_id
                          from mapping_due due
                          join unnest(@leads, @connections, @attempts) as k (lead, connection_id, attempt)
                            on due.lead = k.lead and due.connection_id = k.connection_id and due.attempt = k.attempt
                          left join mapped m on m.lead = due.lead and m.connection_id = due.connection_id
                         where m.failed_by is null or m.failed_by not in ('mapping', 'wait')
                         order by due.lead, due.connection_id
                           for update of due) k
                 where d.lead = k.lead and d.connection_id = k.connection_id
                """,
                new
                {
                    leads = claimed.Select(lead => lead.LeadId).ToArray(),
                    connections = claimed.Select(lead => lead.ConnectionId).ToArray(),
                    attempts = claimed.Select(lead => lead.Attempt).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    private sealed record ClaimedRow(
        string Workspace,
        string Source,
        string LeadId,
        long Lead,
        Guid ConnectionId,
        int Attempt
    );
}
