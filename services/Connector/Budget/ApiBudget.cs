using Dapper;
using LeadSync.Crm;
using Npgsql;

namespace LeadSync.Connector.Budget;

/// <summary>
/// One budget of API calls for each org, shared by all who call it. Calls are reserved before they are made; a share of the
/// allowance is left to the org's other users. The CRM's own figure of what was used is read now and then and counts for
/// everything up to then; what was reserved and had not lapsed by then counts on top of it, whether used or not.
/// </summary>
public sealed class ApiBudget(NpgsqlDataSource database, ConnectorOptions options, TimeProvider clock)
{
    /// <summary>Reserves up to <paramref name="asked"/> calls until they lapse; 0 when nothing is left.</summary>
    public async Task<int> ReserveAsync(
        string system,
        string orgId,
        int asked,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var budget = await connection.QuerySingleOrDefaultAsync<BudgetRow>(
            new CommandDefinition(
                """
                select allowance, used, read_at from api_budget where system = @system and org_id = @orgId for update
                """,
                new { system, orgId },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        if (budget is null)
            return 0;
        // A statement of its own, so that it sees what those who held the lock before us have reserved.
        var reserved = await connection.ExecuteScalarAsync<long>(
            new CommandDefinition(
                """
                select coalesce(sum(calls), 0)::bigint from api_reservation
                where system = @system and org_id = @orgId and expires_at > @ReadAt
                """,
                new
                {
                    system,
                    orgId,
                    budget.ReadAt,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var granted = (int)Math.Min(asked, Left(budget, reserved, options.ReservedShare));
        if (granted <= 0)
            return 0;
        await connection.ExecuteAsync(
            """
            insert into api_reservation (system, org_id, calls, expires_at) values (@system, @orgId, @granted, @expiresAt)
            """,
            new
            {
                system,
                orgId,
                granted,
                expiresAt,
            },
            transaction
        );
        await transaction.CommitAsync(cancellationToken);
        return granted;
    }

    /// <summary>Takes in the CRM's figure.</summary>
    /// <param name="readAt">When it was asked for: what is called while the answer is under way may be missing in it.</param>
    public async Task LearnAsync(
        string system,
        string orgId,
        ApiUsage usage,
        DateTimeOffset readAt,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                with learnt as (
                    insert into api_budget (system, org_id, allowance, used, read_at)
                    values (@system, @orgId, @Allowance, @Used, @readAt)
                    on conflict (system, org_id) do update
                        set allowance = excluded.allowance, used = excluded.used, read_at = excluded.read_at
                        where api_budget.read_at < excluded.read_at
                    returning read_at
                )
                delete from api_reservation r using learnt
                where r.system = @system and r.org_id = @orgId and r.expires_at <= learnt.read_at
                """,
                new
                {
                    system,
                    orgId,
                    usage.Allowance,
                    usage.Used,
                    readAt,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>How long ago the CRM's figure was read; null when it never was.</summary>
    public async Task<TimeSpan?> AgeAsync(string system, string orgId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var readAt = await connection.ExecuteScalarAsync<DateTime?>(
            new CommandDefinition(
                "select read_at from api_budget where system = @system and org_id = @orgId",
                new { system, orgId },
                cancellationToken: cancellationToken
            )
        );
        return clock.GetUtcNow().UtcDateTime - readAt;
    }

    /// <summary>How many calls may still be reserved.</summary>
    internal static long Left(BudgetRow budget, long reserved, double reservedShare) =>
        Math.Max(0, (long)Math.Floor(budget.Allowance * (1 - reservedShare)) - budget.Used - reserved);

    internal sealed record BudgetRow
    {
        public long Allowance { get; init; }
        public long Used { get; init; }
        public DateTimeOffset ReadAt { get; init; }
    }
}
