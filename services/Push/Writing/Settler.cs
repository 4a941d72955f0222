using Dapper;
using LeadSync.Contracts;
using LeadSync.Push.Lanes;
using LeadSync.Push.Outcomes;
using Npgsql;

namespace LeadSync.Push.Writing;

/// <summary>
/// Ends the work on leads in one transaction: the row's run, the record link, what was applied, the outcomes, the intent.
/// Only the lane's owner may.
/// </summary>
public sealed class Settler(NpgsqlDataSource database, TimeProvider clock)
{
    /// <exception cref="LeaseLostException">The lane is no longer ours; nothing was changed.</exception>
    public async Task SettleAsync(
        Lease lease,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    )
    {
        if (settlements.Count == 0)
            return;
        // Of two ends the database would take either.
        if (settlements.DistinctBy(one => (one.Lead.Wanted.Source, one.Lead.Wanted.LeadId)).Count() < settlements.Count)
            throw new ArgumentException("The work on a lead ends in one way.", nameof(settlements));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LeaseStore.CheckAsync(lease, transaction, cancellationToken);
        await EndRowsAsync(lease, settlements, transaction, cancellationToken);
        await CountAsync(lease, settlements, transaction, cancellationToken);
        await ApplyAsync(lease, settlements, transaction, cancellationToken);
        await EndIntentsAsync(lease, settlements, transaction, cancellationToken);
        await OutcomeStore.AddAsync(
            lease.Workspace,
            [.. settlements.SelectMany(settlement => settlement.Outcomes)],
            transaction,
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        Measure(settlements);
    }

    private void Measure(IReadOnlyList<Settlement> settlements)
    {
        var now = clock.GetUtcNow();
        foreach (var settlement in settlements)
        {
            if (settlement.End == RowEnd.Again)
                continue;
            // A lead's version is when it became wanted, in microseconds since 1970.
            var wantedAt = DateTimeOffset.UnixEpoch.AddTicks(
                settlement.Lead.Wanted.Version * TimeSpan.TicksPerMicrosecond
            );
            Measures.Count(
                settlement.End.ToString().ToLowerInvariant(),
                settlement.ParkCode,
                settlement.End == RowEnd.Retried ? null : now - wantedAt
            );
        }
    }

    private static Task EndRowsAsync(
        Lease lease,
        IReadOnlyList<Settlement> settlements,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    ) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                // A want that came while we worked (wanted_run > n.run) stays pending whatever the end of this run was.
                """
                update lead_sync s set
                    done_run = case when n.ending = 'Done' then greatest(s.done_run, n.run) else s.done_run end,
                    from_version = case when n.ending = 'Done' and s.wanted_run > n.run then n.version + 1 else s.from_version end,
                    parked_code = case when n.ending = 'Parked' and s.wanted_run = n.run then n.park_code else s.parked_code end,
                    parked_at = case when n.ending = 'Parked' and s.wanted_run = n.run then now() else s.parked_at end,
                    parked_message = case when n.ending = 'Parked' and s.wanted_run = n.run then n.park_message else s.parked_message end,
                    replayed_by = case when n.ending in ('Done', 'Parked') and s.wanted_run = n.run then null else s.replayed_by end,
                    attempts = case when s.wanted_run <> n.run or n.ending = 'Again' then s.attempts
                                    when n.ending = 'Retried' then s.attempts + 1 else 0 end,
                    due_at = case when n.ending in ('Retried', 'Again') and s.wanted_run = n.run then now() + n.wait else s.due_at end,
                    waits_code = case when s.wanted_run <> n.run then s.waits_code
                                      when n.ending = 'Again' then coalesce(n.waits_code, s.waits_code) end,
                    account_id = coalesce(n.account_id, s.account_id),
                    object = coalesce(n.object, s.object),
                    record_id = coalesce(n.record_id, s.record_id),
                    other_object = coalesce(n.other_object, s.other_object),
                    other_record_id = coalesce(n.other_record_id, s.other_record_id),
                    keys = s.keys || array(select 'record:' || id from unnest(array[n.record_id, n.other_record_id]) as id
                                            where id is not null and not s.keys @> array['record:' || id])
                  from unnest(@sources, @leadIds, @runs, @versions, @endings, @parkCodes, @parkMessages, @waits, @waitCodes, @accountIds, @objects,
                              @recordIds, @otherObjects, @otherRecordIds)
                    as n (source, lead_id, run, version, ending, park_code, park_message, wait, waits_code, account_id, object,
                          record_id, other_object, other_record_id)
                 where s.connection_id = @ConnectionId and s.source = n.source and s.lead_id = n.lead_id
                """,
                new
                {
                    lease.ConnectionId,
                    sources = settlements.Select(settlement => settlement.Lead.Wanted.Source).ToArray(),
                    leadIds = settlements.Select(settlement => settlement.Lead.Wanted.LeadId).ToArray(),
                    runs = settlements.Select(settlement => settlement.Lead.Run).ToArray(),
                    versions = settlements.Select(settlement => settlement.Lead.Wanted.Version).ToArray(),
                    endings = settlements.Select(settlement => settlement.End.ToString()).ToArray(),
                    parkCodes = settlements.Select(settlement => settlement.ParkCode).ToArray(),
                    parkMessages = settlements.Select(settlement => settlement.ParkMessage).ToArray(),
                    waits = settlements.Select(settlement => settlement.Wait).ToArray(),
                    waitCodes = settlements.Select(settlement => settlement.WaitCode).ToArray(),
                    accountIds = settlements.Select(settlement => settlement.AccountId).ToArray(),
                    objects = settlements.Select(settlement => settlement.Link?.Object).ToArray(),
                    recordIds = settlements.Select(settlement => settlement.Link?.RecordId).ToArray(),
                    otherObjects = settlements.Select(settlement => settlement.Other?.Object).ToArray(),
                    otherRecordIds = settlements.Select(settlement => settlement.Other?.RecordId).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );

    /// <summary>Counts what was served in this minute. Only the lane's owner writes its row.</summary>
    private static async Task CountAsync(
        Lease lease,
        IReadOnlyList<Settlement> settlements,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var leads = settlements.Count(settlement => settlement.End is RowEnd.Done or RowEnd.Parked);
        if (leads == 0)
            return;
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                insert into lane_minute as m (connection_id, minute, leads)
                values (@ConnectionId, date_trunc('minute', now()), @leads)
                on conflict (connection_id, minute) do update set leads = m.leads + excluded.leads
                """,
                new { lease.ConnectionId, leads },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }

    private static async Task ApplyAsync(
        Lease lease,
        IReadOnlyList<Settlement> settlements,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var applied = settlements
            .SelectMany<Settlement, (KnownRecord? Record, IReadOnlyDictionary<string, AppliedField> Fields)>(one =>
                [(one.Link, one.Applied), (one.Other, one.OtherApplied)]
            )
            .Where(one => one is { Record: not null, Fields.Count: > 0 })
            .ToList();
        if (applied.Count == 0)
            return;
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                insert into applied as a (connection_id, object, record_id, fields)
                select @ConnectionId, object, record_id, fields::jsonb
                  from unnest(@objects, @recordIds, @fields) as n (object, record_id, fields)
                on conflict (connection_id, object, record_id) do update set fields = a.fields || excluded.fields
                """,
                new
                {
                    lease.ConnectionId,
                    objects = applied.Select(one => one.Record!.Object).ToArray(),
                    recordIds = applied.Select(one => one.Record!.RecordId).ToArray(),
                    fields = applied.Select(one => AppliedStore.Format(one.Fields)).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }

    private static async Task EndIntentsAsync(
        Lease lease,
        IReadOnlyList<Settlement> settlements,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var ended = settlements.Where(settlement => settlement.IntentIds.Count > 0).ToList();
        if (ended.Count == 0)
            return;
        var released = ended
            .SelectMany(settlement => settlement.Released ?? [])
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                delete from intent where intent_id = any(@ids);
                update lead_sync set due_at = now()
                 where cardinality(@released::text[]) > 0
                   and (connection_id, source, lead_id) in (
                    -- In key order: another batch of the lane may release the same leads at this moment.
                    select connection_id, source, lead_id
                      from lead_sync
                     where connection_id = @ConnectionId
                       and wanted_run > done_run and parked_code is null and attempts = 0 and due_at > now() and keys && @released
                     order by source, lead_id
                       for update)
                """,
                new
                {
                    ids = ended.SelectMany(settlement => settlement.IntentIds).ToArray(),
                    released,
                    lease.ConnectionId,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }
}
