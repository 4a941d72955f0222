using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Audit.Counts;

/// <summary>Where the leads of a workspace stand: <c>GET /v1/counts</c>.</summary>
/// <param name="Captured">Leads captured; a lead captured again is still one.</param>
/// <param name="Waiting">
/// Pairs of lead and connection that have no outcome yet, a passing failure included; and leads that were captured and of which
/// it is not known yet to which connections they go, each once.
/// </param>
/// <param name="Unrouted">Leads captured that no route takes to any connection.</param>
/// <param name="Mended">Of those created, updated and unchanged: how many had failed before.</param>
/// <param name="Rejected">Captured items that broke a rule and became part of no lead.</param>
/// <param name="Failures">The failed pairs by code, most first.</param>
public sealed record CountsView(
    long Captured,
    long Waiting,
    long Created,
    long Updated,
    long Unchanged,
    long Skipped,
    long Failed,
    long Unrouted,
    long Mended,
    long Rejected,
    IReadOnlyList<FailureCount> Failures
);

/// <param name="Cause">Why it happens.</param>
/// <param name="Fix">What to do, and where.</param>
public sealed record FailureCount(string Code, long Count, string Cause, string Fix);

/// <summary>
/// Counts pairs of lead and connection by their latest state. With <c>since</c> only leads captured since then count, and of
/// their outcomes only those of versions made since then: whoever captures and then waits for outcomes is not shown one of an
/// earlier capture. A lead captured since then of which Mapping has said nothing since counts as one waiting; a pair
/// that it has passed over since, because its route was switched off, does not count.
/// </summary>
/// <remarks>
/// A version is the instant it was made, in microseconds since 1970, by Mapping's clock; <c>since</c> is compared with that and
/// with when leads were captured, so take it from a clock that agrees with theirs.
/// </remarks>
public sealed class ReadCounts(NpgsqlDataSource database)
{
    public async Task<CountsView> RunAsync(
        string workspace,
        string? source,
        DateTimeOffset? since,
        Guid? connectionId,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var filter = new
        {
            workspace,
            source,
            connectionId,
            since = (since ?? DateTimeOffset.MinValue).UtcDateTime,
            sinceVersion = since is null
                ? 0
                : (since.Value - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
        };
        var rows = (
            await connection.QueryAsync<Row>(
                new CommandDefinition(
                    $"""
                    with captured as (
                        select withdrawn_at >= last_captured_at as withdrawn, coalesce(unrouted_version, -1) as unrouted,
                            coalesce(newest_version, -1) as newest
                        from lead
                        where workspace = @workspace and last_captured_at >= @since
                            and (@source::text is null or source = @source)
                    ),
                    figure as (
                        select count(*) as captured,
                            count(*) filter (where unrouted >= @sinceVersion and unrouted > newest) as unrouted,
                            count(*) filter (where unrouted < @sinceVersion and newest < @sinceVersion
                                and withdrawn is not true) as unspoken
                        from captured
                    )
                    select what, null as code, count, 0::bigint as mended
                    from figure, lateral (values ('captured', captured), ('unrouted', unrouted), ('waiting', unspoken))
                        as f (what, count)
                    union all
                    select 'rejected', null, count(*), 0 from event
                        where workspace = @workspace and kind = 'SyncFailed' and connection_id is null
                            and code not in ('NO_ROUTE', 'FILTERED_OUT') and occurred_at >= @since and (@source::text is null or source = @source)
                    union all
                    select s.state, case when s.state = 'failed' then s.code end, count(*), count(*) filter (where s.mended)
                    from sync_state s {(since is null ? "" : "join lead l using (workspace, source, lead_id)")}
                    where workspace = @workspace and s.version >= @sinceVersion
                        {(since is null ? "" : "and l.last_captured_at >= @since")}
                        and (@source::text is null or source = @source)
                        and (@connectionId::uuid is null or s.connection_id = @connectionId)
                    group by 1, 2
                    """,
                    filter,
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
        var failed = rows.FindAll(row => row.What == "failed");
        return new CountsView(
            Of("captured"),
            Of("waiting"),
            Of("created"),
            Of("updated"),
            Of("unchanged"),
            Of("skipped"),
            Of("failed"),
            Of("unrouted"),
            rows.Sum(row => row.Mended),
            Of("rejected"),
            failed.Count == 0 ? [] : await ExplainAsync(connection, workspace, failed, cancellationToken)
        );

        long Of(string what) => rows.Where(row => row.What == what).Sum(row => row.Count);
    }

    // Codes that the catalogue does not have are the CRM client's: one of the failures lends its words.
    private static async Task<IReadOnlyList<FailureCount>> ExplainAsync(
        NpgsqlConnection connection,
        string workspace,
        List<Row> failed,
        CancellationToken cancellationToken
    )
    {
        var words = (
            await connection.QueryAsync<Words>(
                new CommandDefinition(
                    """
                    select c.code, e.body ->> 'cause' as cause, e.body ->> 'fix' as fix
                    from unnest(@codes) as c (code)
                    cross join lateral (
                        select event_id, at from sync_state
                        where workspace = @workspace and state = 'failed' and code = c.code limit 1
                    ) s
                    join event e on e.workspace = @workspace and e.event_id = s.event_id and e.occurred_at = s.at
                    """,
                    new { workspace, codes = failed.Select(row => row.Code).ToArray() },
                    cancellationToken: cancellationToken
                )
            )
        ).ToDictionary(row => row.Code, StringComparer.Ordinal);
        return
        [
            .. failed
                .OrderByDescending(row => row.Count)
                .ThenBy(row => row.Code, StringComparer.Ordinal)
                .Select(row => Explained(row, words.GetValueOrDefault(row.Code!))),
        ];
    }

    private static FailureCount Explained(Row row, Words? words)
    {
        var kind = FailureCatalogue.All.GetValueOrDefault(row.Code!);
        return new FailureCount(
            row.Code!,
            row.Count,
            kind?.Cause ?? words?.Cause ?? FailureCatalogue.Internal.Cause,
            kind?.Fix ?? words?.Fix ?? FailureCatalogue.Internal.Fix
        );
    }

    private sealed record Row
    {
        public required string What { get; init; }
        public string? Code { get; init; }
        public long Count { get; init; }
        public long Mended { get; init; }
    }

    private sealed record Words
    {
        public required string Code { get; init; }
        public string? Cause { get; init; }
        public string? Fix { get; init; }
    }
}

internal static class CountsApi
{
    public static void MapCounts(this WebApplication app) =>
        app.MapGet(
                "/v1/counts",
                (
                    string? source,
                    DateTimeOffset? since,
                    Guid? connectionId,
                    Caller caller,
                    ReadCounts counts,
                    CancellationToken cancellationToken
                ) => counts.RunAsync(caller.Workspace, source, since, connectionId, cancellationToken)
            )
            .WithSummary("Leads captured, and pairs of lead and connection by their latest state.")
            .RequireAtLeast(Role.Viewer);
}
