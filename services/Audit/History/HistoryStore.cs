using Dapper;
using LeadSync.Audit.Erasure;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using Npgsql;

namespace LeadSync.Audit.History;

/// <summary>
/// Takes events in: each is stored once, and only when it is new does it change what is known of its lead. A fixed, small
/// number of statements whatever the number of events; those of several kinds that come at the same time, which are mostly of
/// the same leads, go together.
/// </summary>
public sealed class HistoryStore
{
    private readonly NpgsqlDataSource _database;
    private readonly ErasedLeads _erased;
    private readonly Joined<Happening> _joined;

    public HistoryStore(NpgsqlDataSource database, ErasedLeads erased, TimeProvider clock)
    {
        (_database, _erased) = (database, erased);
        _joined = new Joined<Happening>(StoreAsync, clock, most: 2_000, atOnce: 2);
    }

    public Task AddAsync(IReadOnlyList<Happening> events, CancellationToken cancellationToken) =>
        _joined.RunAsync(events, cancellationToken);

    private async Task StoreAsync(IReadOnlyCollection<Happening> events, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var kept = await _erased.ForgetAsync(events, transaction, cancellationToken);
        var added = await InsertAsync(kept, transaction, cancellationToken);
        if (added.Count > 0)
        {
            await ChangeLeadsAsync(added, transaction, cancellationToken);
            await ChangePairsAsync(added, transaction, cancellationToken);
            await AddEmailsAsync(added, transaction, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    // Here and below rows are written in the order of their keys: batches of other queues touch the same ones at the same
    // time, and so they wait for each other in a line, not in a circle.
    private static async Task<List<Happening>> InsertAsync(
        IReadOnlyCollection<Happening> events,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var rows = events.DistinctBy(row => (row.Workspace, row.Item.EventId, row.At)).ToList();
        var added = await transaction.Connection!.QueryAsync<(string, Guid)>(
            new CommandDefinition(
                """
                insert into event
                    (event_id, occurred_at, workspace, kind, source, lead_id, connection_id, version, code, body)
                select event_id, occurred_at, workspace, kind, source, lead_id, connection_id, version, code, body::jsonb
                from unnest(@ids, @instants, @workspaces, @kinds, @sources, @leadIds, @connectionIds, @versions, @codes, @bodies)
                    as e (event_id, occurred_at, workspace, kind, source, lead_id, connection_id, version, code, body)
                order by workspace, event_id
                on conflict do nothing
                returning workspace, event_id
                """,
                new
                {
                    ids = rows.Select(row => row.Item.EventId).ToArray(),
                    instants = rows.Select(row => row.At).ToArray(),
                    workspaces = rows.Select(row => row.Workspace).ToArray(),
                    kinds = rows.Select(row => row.Kind).ToArray(),
                    sources = rows.Select(row => row.Source).ToArray(),
                    leadIds = rows.Select(row => row.LeadId).ToArray(),
                    connectionIds = rows.Select(row => row.ConnectionId).ToArray(),
                    versions = rows.Select(row => row.Version).ToArray(),
                    codes = rows.Select(row => row.Code).ToArray(),
                    bodies = rows.Select(row => row.Body).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var ids = added.ToHashSet();
        return rows.FindAll(row => ids.Contains((row.Workspace, row.Item.EventId)));
    }

    private static async Task ChangeLeadsAsync(
        List<Happening> events,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var changes = events
            .Where(row => row.LeadId is not null)
            .GroupBy(row => new LeadKey(row.Workspace, row.Source, row.LeadId!))
            .Select(group => LeadChange.Of(group.Key, group))
            .OfType<LeadChange>()
            .ToList();
        if (changes.Count == 0)
            return;
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                insert into lead as l
                    (workspace, source, lead_id, first_captured_at, last_captured_at, withdrawn_at, unrouted_version,
                     newest_version)
                select workspace, source, lead_id, first_captured_at, last_captured_at, withdrawn_at, unrouted_version,
                    newest_version
                from unnest(@workspaces, @sources, @leadIds, @firsts, @lasts, @withdrawn, @unrouted, @newest)
                    as c (workspace, source, lead_id, first_captured_at, last_captured_at, withdrawn_at, unrouted_version,
                          newest_version)
                order by workspace, source, lead_id
                on conflict (workspace, source, lead_id) do update set
                    first_captured_at = least(l.first_captured_at, excluded.first_captured_at),
                    last_captured_at = greatest(l.last_captured_at, excluded.last_captured_at),
                    withdrawn_at = greatest(l.withdrawn_at, excluded.withdrawn_at),
                    unrouted_version = greatest(l.unrouted_version, excluded.unrouted_version),
                    newest_version = greatest(l.newest_version, excluded.newest_version)
                    -- An outcome of a version that is known already changes nothing, and is what comes most.
                    where excluded.newest_version > coalesce(l.newest_version, -1) or excluded.last_captured_at is not null
                        or excluded.withdrawn_at is not null or excluded.unrouted_version is not null
                """,
                new
                {
                    workspaces = changes.Select(change => change.Lead.Workspace).ToArray(),
                    sources = changes.Select(change => change.Lead.Source).ToArray(),
                    leadIds = changes.Select(change => change.Lead.LeadId).ToArray(),
                    firsts = changes.Select(change => change.FirstCapturedAt).ToArray(),
                    lasts = changes.Select(change => change.LastCapturedAt).ToArray(),
                    withdrawn = changes.Select(change => change.WithdrawnAt).ToArray(),
                    unrouted = changes.Select(change => change.UnroutedVersion).ToArray(),
                    newest = changes.Select(change => change.NewestVersion).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }

    private static async Task ChangePairsAsync(
        List<Happening> events,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var changes = events
            .Where(row => row is { LeadId: not null, ConnectionId: not null })
            .GroupBy(row =>
                (Lead: new LeadKey(row.Workspace, row.Source, row.LeadId!), ConnectionId: row.ConnectionId!.Value)
            )
            .Select(group => PairChange.Of(group.Key.Lead, group.Key.ConnectionId, group))
            .OfType<PairChange>()
            .ToList();
        if (changes.Count == 0)
            return;
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                insert into sync_state as s
                    (workspace, source, lead_id, connection_id, version, rank, at, event_id, state, code)
                select workspace, source, lead_id, connection_id, version, rank, at, event_id, state, code
                from unnest(@workspaces, @sources, @leadIds, @connectionIds, @versions, @ranks, @instants, @ids, @states, @codes)
                    as c (workspace, source, lead_id, connection_id, version, rank, at, event_id, state, code)
                order by workspace, source, lead_id, connection_id
                on conflict (workspace, source, lead_id, connection_id) do update set
                    version = excluded.version, rank = excluded.rank, at = excluded.at, event_id = excluded.event_id,
                    state = excluded.state, code = excluded.code
                    where (s.version, s.rank, s.at, s.event_id)
                        < (excluded.version, excluded.rank, excluded.at, excluded.event_id)
                """,
                new
                {
                    workspaces = changes.Select(change => change.Lead.Workspace).ToArray(),
                    sources = changes.Select(change => change.Lead.Source).ToArray(),
                    leadIds = changes.Select(change => change.Lead.LeadId).ToArray(),
                    connectionIds = changes.Select(change => change.ConnectionId).ToArray(),
                    versions = changes.Select(change => change.Standing.Version).ToArray(),
                    ranks = changes.Select(change => (short)change.Standing.Rank).ToArray(),
                    instants = changes.Select(change => change.Standing.At).ToArray(),
                    ids = changes.Select(change => change.Standing.EventId).ToArray(),
                    states = changes.Select(change => change.Standing.State).ToArray(),
                    codes = changes.Select(change => change.Standing.Code).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await AddFailuresAsync(changes.FindAll(change => change.Failures > 0), transaction, cancellationToken);
    }

    // Its rows are locked by the statement before it, which locks also those that it does not change.
    private static async Task AddFailuresAsync(
        List<PairChange> changes,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (changes.Count == 0)
            return;
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                update sync_state s set
                    failures = s.failures + f.failures,
                    first_failed_at = least(s.first_failed_at, f.first_at),
                    last_failed_at = greatest(s.last_failed_at, f.last_at)
                from unnest(@workspaces, @sources, @leadIds, @connectionIds, @failures, @firsts, @lasts)
                    as f (workspace, source, lead_id, connection_id, failures, first_at, last_at)
                where s.workspace = f.workspace and s.source = f.source and s.lead_id = f.lead_id
                    and s.connection_id = f.connection_id
                """,
                new
                {
                    workspaces = changes.Select(change => change.Lead.Workspace).ToArray(),
                    sources = changes.Select(change => change.Lead.Source).ToArray(),
                    leadIds = changes.Select(change => change.Lead.LeadId).ToArray(),
                    connectionIds = changes.Select(change => change.ConnectionId).ToArray(),
                    failures = changes.Select(change => change.Failures).ToArray(),
                    firsts = changes.Select(change => change.FirstFailedAt).ToArray(),
                    lasts = changes.Select(change => change.LastFailedAt).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }

    private static async Task AddEmailsAsync(
        List<Happening> events,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var rows = events.FindAll(row => row is { LeadId: not null, Email: not null });
        if (rows.Count == 0)
            return;
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                insert into lead_email (workspace, email, source, lead_id)
                select distinct workspace, email, source, lead_id
                from unnest(@workspaces, @emails, @sources, @leadIds) as e (workspace, email, source, lead_id)
                order by workspace, email, source, lead_id
                on conflict do nothing
                """,
                new
                {
                    workspaces = rows.Select(row => row.Workspace).ToArray(),
                    emails = rows.Select(row => row.Email).ToArray(),
                    sources = rows.Select(row => row.Source).ToArray(),
                    leadIds = rows.Select(row => row.LeadId).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }
}
