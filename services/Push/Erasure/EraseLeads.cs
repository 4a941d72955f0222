using Dapper;
using LeadSync.Hosting;
using Npgsql;

namespace LeadSync.Push.Erasure;

/// <summary>
/// Removes what is left of erased leads, once nothing of them is under way: a call whose answer is lost ends first, for until
/// then its keys keep others of the same person from being written twice; outcomes are published first, so that the history
/// stays true. Then the row goes, and with it what was applied to its record.
/// </summary>
public sealed class EraseLeads(NpgsqlDataSource database, TimeProvider clock, ILogger<EraseLeads> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Erasing leads", Pause, RunOnceAsync, clock, log, stoppingToken);

    /// <summary>Looks at one lead; false when none is due.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two seconds for what is under way; it holds the row only while we look, for the transaction ends with it.
        var lead = await connection.QuerySingleOrDefaultAsync<ErasingLead>(
            new CommandDefinition(
                """
                update erasing set look_at = now() + interval '2 seconds'
                 where (connection_id, source, lead_id) = (select connection_id, source, lead_id from erasing
                                                            where look_at <= now() order by look_at limit 1
                                                              for update skip locked)
                returning connection_id, source, lead_id, fence
                """,
                transaction: transaction,
                cancellationToken: cancellationToken
            )
        );
        if (lead is null)
            return false;
        if (await IsAtRestAsync(lead, transaction, cancellationToken))
            await RemoveAsync(lead, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<bool> IsAtRestAsync(
        ErasingLead lead,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        // Whoever serves the lane cannot store anything while we hold its row.
        var (fence, isServed) = await transaction.Connection!.QuerySingleAsync<(long Fence, bool IsServed)>(
            new CommandDefinition(
                """
                select fence, lease_until >= now() from lane where connection_id = @ConnectionId for no key update
                """,
                lead,
                transaction,
                cancellationToken: cancellationToken
            )
        );
        if (isServed && (lead.Fence is null || fence <= lead.Fence))
        {
            // It may have taken the lead before it was erased.
            await transaction.Connection!.ExecuteAsync(
                new CommandDefinition(
                    """
                    update erasing set fence = @fence
                     where connection_id = @ConnectionId and source = @Source and lead_id = @LeadId
                    """,
                    new
                    {
                        fence,
                        lead.ConnectionId,
                        lead.Source,
                        lead.LeadId,
                    },
                    transaction,
                    cancellationToken: cancellationToken
                )
            );
            return false;
        }
        return await transaction.Connection!.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                // A lease that has lapsed: whoever had it stores nothing under the old fence any more. Intents of a lane that
                // nobody serves, because it is held, end once the CRM can no longer commit them.
                """
                update lane set fence = fence + 1, owner = null
                 where connection_id = @ConnectionId and owner is not null and lease_until < now();
                delete from intent
                 where connection_id = @ConnectionId and source = @Source and lead_id = @LeadId
                   and not @isServed and certain_at < now() - interval '1 minute';
                select not exists (select from intent
                                    where connection_id = @ConnectionId and source = @Source and lead_id = @LeadId)
                   and not exists (select from outcome o
                                    where o.workspace = (select workspace from lane where connection_id = @ConnectionId)
                                      and o.body::jsonb @> jsonb_build_object('source', @Source, 'leadId', @LeadId))
                """,
                new
                {
                    lead.ConnectionId,
                    lead.Source,
                    lead.LeadId,
                    isServed,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }

    private static async Task RemoveAsync(
        ErasingLead lead,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var records = await transaction.Connection!.QueryAsync<string>(
            new CommandDefinition(
                """
                with erased as (select s.record_id, s.other_record_id, s.keys from lead_sync s
                                 where s.connection_id = @ConnectionId and s.source = @Source and s.lead_id = @LeadId)
                select record_id from erased where record_id is not null
                union
                select other_record_id from erased where other_record_id is not null
                union
                select substr(k, 8) from erased, unnest(keys) k where k like 'record:%'
                """,
                lead,
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await ForgetSamplesAsync(lead, transaction, cancellationToken);
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                // Values that another lead of the same record brought are not this one's to erase. Two leads of one source
                // cannot be told apart here: then what either brought counts as not applied yet.
                """
                delete from lead_sync where connection_id = @ConnectionId and source = @Source and lead_id = @LeadId;
                delete from applied a
                 where a.connection_id = @ConnectionId and a.record_id = any(@records)
                   and not exists (select from lead_sync o
                                    where o.connection_id = a.connection_id and o.record_id = a.record_id)
                   and not exists (select from lead_sync o
                                    where o.connection_id = a.connection_id and o.other_record_id = a.record_id);
                update applied a
                   set fields = (select coalesce(jsonb_object_agg(f.key, f.value), '{}')
                                   from jsonb_each(a.fields) f where f.value ->> 'source' <> @Source)
                 where a.connection_id = @ConnectionId and a.record_id = any(@records);
                delete from erasing where connection_id = @ConnectionId and source = @Source and lead_id = @LeadId;
                """,
                new
                {
                    lead.ConnectionId,
                    lead.Source,
                    lead.LeadId,
                    records = records.ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }

    // A test batch with a sample of the same person is old from now on: what it holds goes with the next look at such batches.
    private static Task ForgetSamplesAsync(
        ErasingLead lead,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    ) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                with erased as (select e.workspace, array(select k from unnest(e.keys) k where k not like 'lead:%') as keys
                                  from lead_sync e
                                 where e.connection_id = @ConnectionId and e.source = @Source and e.lead_id = @LeadId)
                update test_batch b set began_at = b.began_at - interval '1 year'
                  from erased
                 where b.workspace = erased.workspace and b.began_at > now() - interval '1 week'
                   and (   b.asked ->> 'source' = @Source and b.asked -> 'leads' @> jsonb_build_array(jsonb_build_object('leadId', @LeadId))
                        or exists (select from lead_sync s where s.test_batch = b.batch_id and s.keys && erased.keys))
                """,
                lead,
                transaction,
                cancellationToken: cancellationToken
            )
        );

    private sealed record ErasingLead(Guid ConnectionId, string Source, string LeadId, long? Fence);
}
