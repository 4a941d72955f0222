using Dapper;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Push.Lanes;

/// <summary>
/// Who serves which lane. All times are the database's, so that replicas need not agree on theirs.
/// </summary>
public sealed class LeaseStore(NpgsqlDataSource database, PushOptions options)
{
    /// <summary>
    /// Leases the lane that has work and was not served for longest; null when none has any. Work is looked for in the
    /// rows themselves, not in a flag beside them: a flag can be cleared over a row that is just being committed.
    /// </summary>
    /// <remarks>
    /// Two workers that look at the same instant may pass the cap of a workspace by one, or both try a CRM that was away:
    /// harmless, and not worth a lock that all workers queue for.
    /// </remarks>
    /// <param name="resting">Lanes that are to be left alone.</param>
    public async Task<Lease?> TakeNextAsync(
        Guid owner,
        Duty duty,
        CancellationToken cancellationToken,
        Guid[]? resting = null
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Lease>(
            new CommandDefinition(
                // The breaker: when several lanes of a CRM found it away and none got through since, one tries for all.
                """
                with crm as (
                    select count(*) filter (where is_away) >= @BreakAfter
                           and coalesce(max(good_at), '-infinity') < max(paused_at) filter (where is_away) as is_away,
                           bool_or(lease_until >= now()) as is_tried
                      from (select *, faults > 0 and pause_code = @Away as is_away from lane where system = @System or system is null) l)
                update lane
                   set owner = @owner, fence = fence + 1, lease_until = now() + @Lease, last_served = clock_timestamp()
                 where connection_id = (
                    select l.connection_id
                      from lane l, crm
                     where l.lease_until < now()
                       and l.connection_id <> all(@resting)
                       and (l.system is null or l.system = @System)
                       and (l.resume_at is null or l.resume_at <= now())
                       and not (crm.is_away and crm.is_tried)
                       and not exists (select from stop t where t.workspace in ('', l.workspace))
                       and not exists (select from hold h
                                        where h.connection_id = l.connection_id and h.source = '' and h.object = '')
                       and (select count(*) from lane o where o.workspace = l.workspace and o.lease_until >= now()) < @LanesPerWorkspace
                       and (   exists (select from unnest('{0,1,2}'::smallint[]) p
                                         join lateral (select from lead_sync s
                                                        where s.connection_id = l.connection_id and s.priority = p
                                                          and s.wanted_run > s.done_run and s.parked_code is null and s.due_at <= now()
                                                          and not exists (select from hold h
                                                                           where h.connection_id = s.connection_id and h.source = s.source
                                                                             and h.object = '')
                                                        limit 1) due on true)
                            or exists (select from intent i
                                        where i.connection_id = l.connection_id
                                          and case when i.state = 'open' then true
                                                   when i.state = 'unknown' then i.probe_at <= now()
                                                   -- Of a lead's two intents both are to be answered.
                                                   else not exists (select from intent o
                                                                     where o.connection_id = i.connection_id and o.source = i.source
                                                                       and o.lead_id = i.lead_id and o.state in ('open', 'unknown')) end))
                       and (not @SmallOnly
                            or (select count(*) from (select from lead_sync s
                                                       where s.connection_id = l.connection_id
                                                         and s.wanted_run > s.done_run and s.parked_code is null
                                                       limit @BatchSize + 1) waiting) <= @BatchSize)
                     order by l.last_served
                     limit 1
                       for update of l skip locked)
                returning connection_id, workspace, owner, fence, faults, system
                """,
                new
                {
                    owner,
                    duty.System,
                    duty.SmallOnly,
                    resting = resting ?? [],
                    options.Lease,
                    options.BatchSize,
                    options.LanesPerWorkspace,
                    options.BreakAfter,
                    Away = FailureCatalogue.CrmUnavailable.Code,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Keeps which kind of CRM is behind a lane.</summary>
    public async Task LearnSystemAsync(Lease lease, string system, CancellationToken cancellationToken)
    {
        if (lease.System == system)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "update lane set system = @system where connection_id = @ConnectionId and system is distinct from @system",
                new { lease.ConnectionId, system },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Renews a lease; false when it is lost.</summary>
    public async Task<bool> RenewAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var renewed = await connection.ExecuteAsync(
            new CommandDefinition(
                "update lane set lease_until = now() + @Lease where connection_id = @ConnectionId and fence = @Fence",
                new
                {
                    options.Lease,
                    lease.ConnectionId,
                    lease.Fence,
                },
                cancellationToken: cancellationToken
            )
        );
        return renewed == 1;
    }

    /// <summary>Gives the lane back, unpaused.</summary>
    /// <param name="wentWell">Whether a round was completed, so that the CRM is known to be there.</param>
    public Task ReleaseAsync(Lease lease, bool wentWell, CancellationToken cancellationToken) =>
        EndAsync(lease, code: null, message: null, wait: null, wentWell, cancellationToken);

    /// <summary>Gives the lane back and lets it rest, with the reason that people see; nothing in it is lost.</summary>
    public Task PauseAsync(
        Lease lease,
        string code,
        string message,
        TimeSpan wait,
        CancellationToken cancellationToken
    ) => EndAsync(lease, code, message, wait, wentWell: false, cancellationToken);

    private async Task EndAsync(
        Lease lease,
        string? code,
        string? message,
        TimeSpan? wait,
        bool wentWell,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update lane
                   set lease_until = '-infinity', owner = null, pause_code = @code, pause_message = @message,
                       paused_at = case when @code is null then null else coalesce(paused_at, now()) end,
                       resume_at = now() + @wait,
                       good_at = case when @wentWell then now() else good_at end,
                       faults = case when @code is null then 0 else faults + 1 end
                 where connection_id = @ConnectionId and fence = @Fence
                """,
                new
                {
                    code,
                    message,
                    wait,
                    wentWell,
                    lease.ConnectionId,
                    lease.Fence,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>
    /// Inside a transaction: makes sure that the lane is still ours until it commits. Whoever takes the lane over waits for it.
    /// </summary>
    public static async Task CheckAsync(Lease lease, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var ours = await transaction.Connection!.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                "select true from lane where connection_id = @ConnectionId and fence = @Fence for share",
                new { lease.ConnectionId, lease.Fence },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        if (!ours)
            throw new LeaseLostException(lease.ConnectionId);
    }
}
