using Dapper;
using LeadSync.Hosting.Changes;
using LeadSync.Mapping.Config;
using Npgsql;

namespace LeadSync.Mapping.Backfill;

/// <summary>What came of acting on a backfill.</summary>
public abstract record BackfillOutcome
{
    private BackfillOutcome() { }

    public sealed record Now(StoredBackfill Backfill) : BackfillOutcome;

    public sealed record NotThere : BackfillOutcome;

    /// <summary>It is not what the caller thought any more.</summary>
    public sealed record Stale : BackfillOutcome;

    /// <summary>It is in a state in which this cannot be done, or another one runs at the same route.</summary>
    public sealed record Refused(string Why) : BackfillOutcome;
}

/// <summary>All SQL on backfills as people see them: counted, started, paused, resumed, cancelled.</summary>
public sealed class BackfillStore(NpgsqlDataSource database, SettingChanges changes, TimeProvider clock)
{
    // Only leads that are not synced over the route anyhow: those that it passed over, or that came while it or its source
    // was off. Whoever was withdrawn or erased is never among them.
    private const string Chosen = """
          from lead l
          join route r on r.workspace = l.workspace and r.source = l.source and r.connection_id = @ConnectionId and r.enabled
          join source s on s.workspace = l.workspace and s.name = l.source and s.declared and s.enabled
          left join mapped m on m.lead = l.id and m.connection_id = r.connection_id
         where l.workspace = @Workspace and l.source = @Source and not l.withdrawn and l.received_at is not null
           and (@CapturedFrom::timestamptz is null or l.last_captured_at >= @CapturedFrom) and l.last_captured_at < @before
           and (m.lead is null or greatest(l.received_at, m.eligible_since) < greatest(r.enabled_at, s.enabled_at))
        """;

    private const string IsOn = """
        select exists (select from route r
                         join source s on s.workspace = r.workspace and s.name = r.source and s.declared and s.enabled
                        where r.workspace = @Workspace and r.source = @Source and r.connection_id = @ConnectionId and r.enabled)
        """;

    private const string Columns = """
        id as "Id", source as "Source", connection_id as "ConnectionId", captured_from as "CapturedFrom",
        captured_before as "CapturedBefore", state as "State", leads as "Leads", done as "Done", revision as "Revision",
        counted_at as "CountedAt", counted_by as "CountedBy", started_at as "StartedAt", ended_at as "EndedAt"
        """;

    /// <summary>How many leads would be chosen now; null when there is no such route, or it or its source is off.</summary>
    public async Task<long?> CountAsync(string workspace, BackfillWanted wanted, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            Workspace = workspace,
            wanted.Source,
            wanted.ConnectionId,
            wanted.CapturedFrom,
            before = wanted.CapturedBefore ?? clock.GetUtcNow(),
        };
        var isOn = await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(IsOn, parameters, cancellationToken: cancellationToken)
        );
        return isOn
            ? await connection.ExecuteScalarAsync<long>(
                new CommandDefinition($"select count(*) {Chosen}", parameters, cancellationToken: cancellationToken)
            )
            : null;
    }

    /// <summary>Keeps what was counted, so that just that can be started.</summary>
    public async Task<StoredBackfill> AddAsync(
        SaveCause cause,
        BackfillWanted wanted,
        long leads,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var row = await connection.QuerySingleAsync<Row>(
            new CommandDefinition(
                $"""
                insert into backfill (id, workspace, source, connection_id, captured_from, captured_before, state, leads, counted_at, counted_by)
                values (@id, @Workspace, @Source, @ConnectionId, @CapturedFrom, @before, 'counted', @leads, @now, @By)
                returning {Columns}
                """,
                new
                {
                    id = Guid.CreateVersion7(now),
                    cause.Workspace,
                    wanted.Source,
                    wanted.ConnectionId,
                    wanted.CapturedFrom,
                    before = wanted.CapturedBefore ?? now,
                    leads,
                    now,
                    cause.By,
                },
                cancellationToken: cancellationToken
            )
        );
        return row.Stored();
    }

    public async Task<StoredBackfill?> FindAsync(string workspace, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(
                $"select {Columns} from backfill where workspace = @workspace and id = @id",
                new { workspace, id },
                cancellationToken: cancellationToken
            )
        );
        return row?.Stored();
    }

    /// <summary>The newest 100, newest first.</summary>
    public async Task<IReadOnlyList<StoredBackfill>> ListAsync(string workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                $"select {Columns} from backfill where workspace = @workspace order by counted_at desc, id desc limit 100",
                new { workspace },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.Select(row => row.Stored())];
    }

    /// <summary>Starts, pauses, resumes or cancels one.</summary>
    public async Task<BackfillOutcome> ActAsync(
        SaveCause cause,
        Guid id,
        BackfillAct act,
        Func<long?, bool> expect,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var save = new Saving(connection, transaction, cause.Workspace, clock.GetUtcNow(), cancellationToken);
        var before = (
            await connection.QuerySingleOrDefaultAsync<Row>(
                new CommandDefinition(
                    $"select {Columns} from backfill where workspace = @Workspace and id = @id for update",
                    new { cause.Workspace, id },
                    transaction,
                    cancellationToken: cancellationToken
                )
            )
        )?.Stored();
        if (before is null)
            return new BackfillOutcome.NotThere();
        if (!expect(before.Revision))
            return new BackfillOutcome.Stale();
        if (!act.From.Contains(before.View.State, StringComparer.Ordinal))
            return new BackfillOutcome.Refused($"It is {before.View.State}, so it cannot be {act.Change}.");
        if (act == BackfillAct.Start && !await IsOnAsync(save, before.View))
            return new BackfillOutcome.Refused("Its route or its source is off: enable them first.");
        try
        {
            var leads = act == BackfillAct.Start ? await ChooseAsync(save, before.View) : before.View.Leads;
            await save.ExecuteAsync(
                """
                update backfill
                   set state = @To, leads = @leads, revision = revision + 1, lease_until = '-infinity',
                       started_at = coalesce(started_at, case when @To = 'running' then @Now::timestamptz end),
                       ended_at = case when @To = 'cancelled' then @Now::timestamptz end
                 where id = @id
                """,
                new
                {
                    id,
                    act.To,
                    leads,
                    save.Now,
                }
            );
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new BackfillOutcome.Refused("Another one is under way, or paused, for this source and connection.");
        }
        if (act == BackfillAct.Cancel)
            await save.ExecuteAsync("delete from backfill_lead where backfill = @id", new { id });
        var after = (
            await connection.QuerySingleAsync<Row>(
                new CommandDefinition(
                    $"select {Columns} from backfill where id = @id",
                    new { id },
                    transaction,
                    cancellationToken: cancellationToken
                )
            )
        ).Stored();
        await changes.AddAsync(
            transaction,
            cause.Workspace,
            cause.By,
            save.Now,
            [
                new SettingEdit(
                    "backfill",
                    id.ToString(),
                    act.Change,
                    before.Shown,
                    after.Shown,
                    before.View.ConnectionId
                ),
            ],
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return new BackfillOutcome.Now(after);
    }

    private static Task<bool> IsOnAsync(Saving save, BackfillView backfill) =>
        save.Connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                IsOn,
                new
                {
                    save.Workspace,
                    backfill.Source,
                    backfill.ConnectionId,
                },
                save.Transaction,
                cancellationToken: save.CancellationToken
            )
        );

    // Who is chosen is settled here: a lead that turns up later is not.
    private static Task<int> ChooseAsync(Saving save, BackfillView backfill) =>
        save.ExecuteAsync(
            $"insert into backfill_lead (backfill, lead) select @Id, l.id {Chosen}",
            new
            {
                backfill.Id,
                save.Workspace,
                backfill.Source,
                backfill.ConnectionId,
                backfill.CapturedFrom,
                before = backfill.CapturedBefore,
            }
        );

    private sealed record Row(
        Guid Id,
        string Source,
        Guid ConnectionId,
        DateTime? CapturedFrom,
        DateTime CapturedBefore,
        string State,
        long Leads,
        long Done,
        long Revision,
        DateTime CountedAt,
        string CountedBy,
        DateTime? StartedAt,
        DateTime? EndedAt
    )
    {
        public StoredBackfill Stored() =>
            new(
                new BackfillView(
                    Id,
                    Source,
                    ConnectionId,
                    Utc(CapturedFrom),
                    Saving.Utc(CapturedBefore),
                    State,
                    Leads,
                    Done,
                    BackfillCost.Calls(Leads),
                    Saving.Utc(CountedAt),
                    CountedBy,
                    Utc(StartedAt),
                    Utc(EndedAt)
                ),
                Revision
            );

        private static DateTimeOffset? Utc(DateTime? instant) => instant is { } at ? Saving.Utc(at) : null;
    }
}

/// <summary>What somebody does with a backfill.</summary>
/// <param name="Change">What the history says was done.</param>
/// <param name="From">The states in which it can be done.</param>
/// <param name="To">The state that comes of it.</param>
public sealed record BackfillAct(string Change, IReadOnlyList<string> From, string To)
{
    public static readonly BackfillAct Start = new("started", ["counted"], "running");
    public static readonly BackfillAct Pause = new("paused", ["running"], "paused");
    public static readonly BackfillAct Resume = new("resumed", ["paused"], "running");
    public static readonly BackfillAct Cancel = new("cancelled", ["counted", "running", "paused"], "cancelled");
}
