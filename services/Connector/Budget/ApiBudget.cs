using Dapper;
using LeadSync.Contracts;
using LeadSync.Crm;
using Npgsql;

namespace LeadSync.Connector.Budget;

/// <summary>
/// One budget of API calls for each org, shared by all who call it. Calls are reserved before they are made, under the lock
/// of the org's own rows, so that replicas together never promise more than there is; what a process that died had reserved
/// counts as used until it is known to be in the CRM's figure. A share of the allowance is left to the org's other users.
/// </summary>
public sealed class ApiBudget(NpgsqlDataSource database, ConnectorOptions options, TimeProvider clock)
{
    /// <summary>Reserves calls until they lapse; each has to be made by then.</summary>
    /// <param name="asked">The most that is wanted.</param>
    /// <param name="least">The least that is any use.</param>
    /// <returns>Between <paramref name="least"/> and <paramref name="asked"/>; 0 when there is not that much left.</returns>
    public async Task<int> ReserveAsync(
        OrgKey org,
        int asked,
        int least,
        CallPriority priority,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                select from api_budget where system = @System and org_id = @Id order by time_window for update
                """,
                org,
                transaction,
                cancellationToken: cancellationToken
            )
        );
        // A statement of its own, so that it sees what those who held the lock before us have reserved.
        var windows = await ReadAsync(org, connection, transaction, cancellationToken);
        if (windows.Count == 0)
            return 0;
        var left = windows.Min(window => window.Left(priority, options.ReservedShare, options.UrgentShare));
        var granted = (int)Math.Min(asked, left);
        if (granted < Math.Max(1, least))
            return 0;
        var now = clock.GetUtcNow();
        await connection.ExecuteAsync(
            """
            insert into api_reservation (system, org_id, calls, expires_at) values (@System, @Id, @granted, @expiresAt);
            delete from api_reservation where system = @System and org_id = @Id and expires_at <= @oldest
            """,
            new
            {
                org.System,
                org.Id,
                granted,
                expiresAt,
                oldest = windows.Min(window => window.Horizon(now, options.UsageLag)),
            },
            transaction
        );
        await transaction.CommitAsync(cancellationToken);
        return granted;
    }

    /// <summary>Counts calls that are made whether there are any left or not: reading the usage is how it is known that there are.</summary>
    public async Task CountAsync(OrgKey org, int calls, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into api_reservation (system, org_id, calls, expires_at) values (@System, @Id, @calls, @expiresAt)
                """,
                new
                {
                    org.System,
                    org.Id,
                    calls,
                    expiresAt,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Takes in the CRM's figure, asked for on purpose: it may be lower than the last one.</summary>
    /// <param name="readAt">When it was asked for: what is called while the answer is under way may be missing in it.</param>
    public async Task LearnAsync(
        OrgKey org,
        ApiUsage usage,
        DateTimeOffset readAt,
        CancellationToken cancellationToken,
        string window = BudgetWindow.Day
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                with learnt as (
                    insert into api_budget (system, org_id, time_window, allowance, used, read_at)
                    values (@System, @Id, @window, @Allowance, @Used, @readAt)
                    on conflict (system, org_id, time_window) do update
                        set allowance = excluded.allowance, used = excluded.used, read_at = excluded.read_at
                        where api_budget.read_at < excluded.read_at
                    returning read_at
                ), kept as (
                    insert into api_usage_reading (system, org_id, time_window, read_at, used)
                    select @System, @Id, @window, read_at, @Used from learnt
                    on conflict do nothing
                )
                delete from api_usage_reading
                where system = @System and org_id = @Id and time_window = @window and read_at < @readAt - interval '1 day'
                """,
                new
                {
                    org.System,
                    org.Id,
                    window,
                    usage.Allowance,
                    usage.Used,
                    readAt,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>
    /// Takes in what an answer said in passing. It may be older than what is known, so it may only raise what is used, and
    /// lower what is allowed.
    /// </summary>
    public async Task RaiseAsync(
        OrgKey org,
        ApiUsageSeen seen,
        CancellationToken cancellationToken,
        string window = BudgetWindow.Day
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update api_budget set used = greatest(used, @Used), allowance = least(allowance, @Allowance)
                where system = @System and org_id = @Id and time_window = @window and (used < @Used or allowance > @Allowance)
                """,
                new
                {
                    org.System,
                    org.Id,
                    window,
                    seen.Used,
                    seen.Allowance,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>A window of a CRM that tells its limit but not what was used: we count what we reserve.</summary>
    public async Task LimitAsync(
        OrgKey org,
        string window,
        long allowance,
        TimeSpan countedOver,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into api_budget (system, org_id, time_window, allowance, used, read_at, counted_over)
                values (@System, @Id, @window, @allowance, 0, @now, @countedOver)
                on conflict (system, org_id, time_window) do update
                    set allowance = excluded.allowance, counted_over = excluded.counted_over
                """,
                new
                {
                    org.System,
                    org.Id,
                    window,
                    allowance,
                    countedOver,
                    now = clock.GetUtcNow(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>How long ago the CRM's figure was read; null when it never was.</summary>
    public async Task<TimeSpan?> AgeAsync(OrgKey org, CancellationToken cancellationToken)
    {
        var day = (await ReadAsync(org, cancellationToken)).FirstOrDefault(window => window.CountedOver is null);
        return clock.GetUtcNow() - day?.ReadAt;
    }

    /// <summary>The org's windows as they stand now.</summary>
    public async Task<IReadOnlyList<BudgetWindow>> ReadAsync(OrgKey org, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(org, connection, null, cancellationToken);
    }

    /// <summary>What the CRM counted in a window over the last day, oldest first.</summary>
    public async Task<IReadOnlyList<UsageReading>> ReadingsAsync(
        OrgKey org,
        string window,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (
            await connection.QueryAsync<UsageReading>(
                new CommandDefinition(
                    """
                    select read_at, used from api_usage_reading
                    where system = @System and org_id = @Id and time_window = @window order by read_at
                    """,
                    new
                    {
                        org.System,
                        org.Id,
                        window,
                    },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
    }

    private async Task<IReadOnlyList<BudgetWindow>> ReadAsync(
        OrgKey org,
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync<BudgetWindow>(
                new CommandDefinition(
                    """
                    select b.time_window, b.allowance, b.used, b.read_at, b.counted_over,
                           coalesce(sum(r.calls), 0)::bigint as reserved
                    from api_budget b
                    left join api_reservation r
                        on r.system = b.system and r.org_id = b.org_id
                        and r.expires_at > coalesce(@now - b.counted_over, b.read_at - @UsageLag)
                    where b.system = @System and b.org_id = @Id
                    group by b.time_window, b.allowance, b.used, b.read_at, b.counted_over
                    order by b.time_window
                    """,
                    new
                    {
                        org.System,
                        org.Id,
                        now = clock.GetUtcNow(),
                        options.UsageLag,
                    },
                    transaction,
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
}

/// <summary>Whose budget: an org of a CRM, as the CRM numbers it.</summary>
/// <param name="System">The CRM: <c>salesforce</c>.</param>
public sealed record OrgKey(string System, string Id);

/// <summary>What the CRM counted at an instant.</summary>
public sealed record UsageReading
{
    public required DateTimeOffset ReadAt { get; init; }
    public required long Used { get; init; }
}
