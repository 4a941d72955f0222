using Dapper;
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
    public async Task<Lease?> TakeNextAsync(Guid owner, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Lease>(
            new CommandDefinition(
                """
                update lane
                   set owner = @owner, fence = fence + 1, lease_until = now() + @Lease, last_served = clock_timestamp()
                 where connection_id = (
                    select l.connection_id
                      from lane l
                     where l.lease_until < now()
                       and (l.resume_at is null or l.resume_at <= now())
                       and not exists (select from hold h
                                        where h.connection_id = l.connection_id and h.source = '' and h.object = '')
                       and (   exists (select from lead_sync s
                                        where s.connection_id = l.connection_id and s.wanted_run > s.done_run
                                          and s.parked_code is null and s.due_at <= now()
                                          and not exists (select from hold h
                                                           where h.connection_id = s.connection_id and h.source = s.source
                                                             and h.object = ''))
                            or exists (select from intent i
                                        where i.connection_id = l.connection_id
                                          and (i.state <> 'unknown' or i.probe_at <= now())))
                     order by l.last_served
                     limit 1
                       for update skip locked)
                returning connection_id, workspace, owner, fence, faults
                """,
                new { owner, options.Lease },
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

    /// <summary>Gives the lane back, unpaused: the round went well.</summary>
    public Task ReleaseAsync(Lease lease, CancellationToken cancellationToken) =>
        EndAsync(lease, code: null, message: null, wait: null, cancellationToken);

    /// <summary>Gives the lane back and lets it rest, with the reason that people see; nothing in it is lost.</summary>
    public Task PauseAsync(
        Lease lease,
        string code,
        string message,
        TimeSpan wait,
        CancellationToken cancellationToken
    ) => EndAsync(lease, code, message, wait, cancellationToken);

    private async Task EndAsync(
        Lease lease,
        string? code,
        string? message,
        TimeSpan? wait,
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
                       faults = case when @code is null then 0 else faults + 1 end
                 where connection_id = @ConnectionId and fence = @Fence
                """,
                new
                {
                    code,
                    message,
                    wait,
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
