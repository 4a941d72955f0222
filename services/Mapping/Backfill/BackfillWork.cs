using Dapper;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Mapping.Backfill;

/// <summary>Leads of a backfill that are this replica's to map now.</summary>
/// <param name="Lease">Whoever takes the backfill over has another.</param>
public sealed record BackfillBatch(Guid Id, Guid Lease, Guid ConnectionId, IReadOnlyList<(long Id, LeadKey Key)> Leads);

/// <summary>All SQL of working backfills off: any number of replicas, one at a time on each backfill.</summary>
public sealed class BackfillWork(NpgsqlDataSource database, TimeProvider clock)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Leases the backfill that has waited longest and gives its next leads; null when none is due. One whose route or source
    /// is off rests.
    /// </summary>
    public async Task<BackfillBatch?> ClaimAsync(int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var lease = Guid.CreateVersion7(now);
        var claimed = await connection.QuerySingleOrDefaultAsync<Claimed>(
            new CommandDefinition(
                """
                update backfill set lease = @lease, lease_until = @until
                 where id = (select b.id
                               from backfill b
                               join route r on r.workspace = b.workspace and r.source = b.source
                                           and r.connection_id = b.connection_id and r.enabled
                               join source s on s.workspace = b.workspace and s.name = b.source and s.declared and s.enabled
                              where b.state = 'running' and b.next_at <= @now and b.lease_until < @now
                              order by b.next_at
                              limit 1
                                for update of b skip locked)
                returning id as "Id", connection_id as "ConnectionId"
                """,
                new
                {
                    lease,
                    now,
                    until = now + Lease,
                },
                cancellationToken: cancellationToken
            )
        );
        if (claimed is null)
            return null;
        var leads = await connection.QueryAsync<Chosen>(
            new CommandDefinition(
                """
                select l.id as "Id", l.workspace as "Workspace", l.source as "Source", l.lead_id as "LeadId"
                  from backfill_lead b
                  join lead l on l.id = b.lead
                 where b.backfill = @Id
                 order by b.lead
                 limit @most
                """,
                new { claimed.Id, most },
                cancellationToken: cancellationToken
            )
        );
        return new BackfillBatch(
            claimed.Id,
            lease,
            claimed.ConnectionId,
            [.. leads.Select(lead => (lead.Id, new LeadKey(lead.Workspace, lead.Source, lead.LeadId)))]
        );
    }

    /// <summary>
    /// Ends leads that have been told of, and gives the backfill back until the next are due. Each is counted once, also when
    /// two replicas told of it. A backfill without any more leads is done.
    /// </summary>
    public async Task FinishAsync(BackfillBatch batch, TimeSpan rest, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        // The backfill before its leads, as cancelling it locks them.
        await connection.ExecuteAsync(
            new CommandDefinition(
                "select from backfill where id = @Id for update",
                new { batch.Id },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var ended = await connection.ExecuteAsync(
            new CommandDefinition(
                "delete from backfill_lead where backfill = @Id and lead = any(@leads)",
                new { batch.Id, leads = batch.Leads.Select(lead => lead.Id).ToArray() },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update backfill b
                   set done = done + @ended,
                       lease_until = case when lease = @Lease then '-infinity' else lease_until end,
                       next_at = @next,
                       state = case when k.is_over then 'done' else state end,
                       ended_at = case when k.is_over then @now else ended_at end,
                       revision = revision + case when k.is_over then 1 else 0 end
                  from (select state = 'running' and not exists (select from backfill_lead where backfill = @Id) as is_over
                          from backfill where id = @Id) k
                 where b.id = @Id
                """,
                new
                {
                    batch.Id,
                    batch.Lease,
                    ended,
                    now,
                    next = now + rest,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record Claimed(Guid Id, Guid ConnectionId);

    private sealed record Chosen(long Id, string Workspace, string Source, string LeadId);
}
