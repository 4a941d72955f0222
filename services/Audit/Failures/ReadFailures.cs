using System.Text.Json;
using Dapper;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Audit.Failures;

/// <summary>What stands failed now: <c>GET /v1/failures</c>.</summary>
/// <param name="Failures">Latest first.</param>
/// <param name="More">There are more than these; narrow by code, source or connection.</param>
public sealed record FailuresView(IReadOnlyList<FailureView> Failures, bool More);

/// <summary>A lead that failed at a connection; or an item or a lead that came to no connection.</summary>
/// <param name="ConnectionId">Null for what concerns no single connection: a rejected item, a lead without a route.</param>
/// <param name="FirstAt">When it first failed, mended failures of the same pair included.</param>
/// <param name="LastAt">When it last failed.</param>
/// <param name="Count">How often it failed.</param>
public sealed record FailureView(
    string Source,
    string? LeadId,
    Guid? ConnectionId,
    string Code,
    string? Stage,
    string? Message,
    IReadOnlyList<string> Fields,
    string? Cause,
    string? Fix,
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt,
    int Count
);

/// <summary>Reads what stands failed: pairs by their latest state, items that were rejected, leads that no route takes.</summary>
public sealed class ReadFailures(NpgsqlDataSource database)
{
    private const int Most = 500;

    public async Task<FailuresView> RunAsync(
        string workspace,
        string? code,
        string? source,
        Guid? connectionId,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (
            await connection.QueryAsync<Row>(
                new CommandDefinition(
                    """
                    select * from (
                        (select s.source, s.lead_id, s.connection_id, s.code, e.body,
                            s.first_failed_at as first_at, s.last_failed_at as last_at, s.failures as count
                        from sync_state s
                        join event e on e.workspace = @workspace and e.event_id = s.event_id and e.occurred_at = s.at
                        where s.workspace = @workspace and s.state = 'failed' and (@code::text is null or s.code = @code)
                            and (@source::text is null or s.source = @source)
                            and (@connectionId::uuid is null or s.connection_id = @connectionId)
                        order by s.last_failed_at desc limit @limit)
                        union all
                        (select e.source, e.lead_id, null, e.code, e.body, e.occurred_at, e.occurred_at, 1
                        from event e
                        where e.workspace = @workspace and e.kind = 'SyncFailed' and e.connection_id is null
                            and @connectionId::uuid is null and (@code::text is null or e.code = @code)
                            and (@source::text is null or e.source = @source)
                            and (e.code not in ('NO_ROUTE', 'FILTERED_OUT') or exists (
                                select from lead l
                                where l.workspace = e.workspace and l.source = e.source and l.lead_id = e.lead_id
                                    and l.unrouted_version = e.version and not exists (
                                        select from sync_state s
                                        where s.workspace = l.workspace and s.source = l.source and s.lead_id = l.lead_id
                                            and s.version >= l.unrouted_version)))
                        order by e.occurred_at desc limit @limit)
                    ) failure
                    order by last_at desc, source, lead_id limit @limit
                    """,
                    new
                    {
                        workspace,
                        code,
                        source,
                        connectionId,
                        limit = Most + 1,
                    },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
        return new FailuresView([.. rows.Take(Most).Select(View)], More: rows.Count > Most);
    }

    private static FailureView View(Row row)
    {
        var told = JsonSerializer.Deserialize<Contracts.FailedSync>(row.Body, Contracts.Wire.Json)!;
        return new FailureView(
            row.Source,
            row.LeadId,
            row.ConnectionId,
            row.Code,
            JsonNamingPolicy.CamelCase.ConvertName(told.Stage.ToString()),
            told.Message,
            told.Fields,
            told.Cause,
            told.Fix,
            row.FirstAt,
            row.LastAt,
            row.Count
        );
    }

    private sealed record Row
    {
        public required string Source { get; init; }
        public string? LeadId { get; init; }
        public Guid? ConnectionId { get; init; }
        public required string Code { get; init; }
        public required string Body { get; init; }
        public DateTimeOffset FirstAt { get; init; }
        public DateTimeOffset LastAt { get; init; }
        public int Count { get; init; }
    }
}

internal static class FailuresApi
{
    public static void MapFailures(this WebApplication app) =>
        app.MapGet(
                "/v1/failures",
                (
                    string? code,
                    string? source,
                    Guid? connectionId,
                    Caller caller,
                    ReadFailures failures,
                    CancellationToken cancellationToken
                ) => failures.RunAsync(caller.Workspace, code, source, connectionId, cancellationToken)
            )
            .WithSummary("What stands failed now, latest first, each with cause and fix.")
            .RequireAtLeast(Role.Viewer);
}
