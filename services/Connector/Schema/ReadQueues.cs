using System.Text.Json;
using Dapper;
using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Tokens;
using LeadSync.Crm;
using LeadSync.Crm.Salesforce;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Connector.Schema;

/// <summary>A queue: what a record may belong to in place of a user.</summary>
/// <param name="Id">The CRM's id of it, as it is written into an owner field.</param>
/// <param name="Objects">Objects whose records it may own, by API name.</param>
public sealed record QueueShown(string Id, string Name, IReadOnlyList<string> Objects);

/// <summary>The queues of an org at an instant.</summary>
public sealed record OrgQueues(DateTimeOffset ReadAt, IReadOnlyList<QueueShown> Queues);

/// <summary>
/// The queues of a connection's org. They are kept as descriptions are: asked for again when old, and an old list is better
/// than none while the CRM cannot be asked.
/// </summary>
public sealed class ReadQueues(
    ConnectionStore connections,
    QueueStore store,
    AccessTokens tokens,
    OrgUsage usage,
    SalesforceReads reads,
    ConnectorOptions options,
    TimeProvider clock
)
{
    // One call; two when the session has ended.
    private const int Calls = 2;

    public async Task<IResult> HandleAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is null)
            return ConnectionsApi.Missing(id);
        var kept = await store.FindAsync(id, cancellationToken);
        if (kept?.ReadAt + options.SchemaLife > clock.GetUtcNow())
            return Results.Ok(kept);
        try
        {
            return Results.Ok(await ReadAsync(id, cancellationToken));
        }
        catch (CrmException fault)
        {
            return kept is not null ? Results.Ok(kept) : fault.Failure.Problem(options.ProbeEvery);
        }
    }

    private async Task<OrgQueues> ReadAsync(Guid id, CancellationToken cancellationToken)
    {
        var access = await tokens.GetAsync(id, null, cancellationToken);
        var readAt = clock.GetUtcNow();
        var answers = await usage.UseAsync(
            access,
            Calls,
            session =>
                reads.ReadAsync(
                    session,
                    [SalesforceRead.Query("QueueSobject", ["QueueId", "Queue.Name", "SobjectType"])],
                    cancellationToken
                ),
            cancellationToken
        );
        if (answers[0].Failure is { } failure)
            throw new CrmException(failure);
        var queues = new OrgQueues(readAt, [.. Group(answers[0].Rows)]);
        await store.SaveAsync(id, queues, cancellationToken);
        return queues;
    }

    private static IEnumerable<QueueShown> Group(IEnumerable<JsonElement> rows) =>
        rows.Select(row =>
                (
                    Id: row.GetProperty("QueueId").GetString()!,
                    Name: row.GetProperty("Queue").GetProperty("Name").GetString()!,
                    Object: row.GetProperty("SobjectType").GetString()!
                )
            )
            .GroupBy(row => (row.Id, row.Name))
            .Select(queue => new QueueShown(
                queue.Key.Id,
                queue.Key.Name,
                [.. queue.Select(row => row.Object).Order(StringComparer.Ordinal)]
            ))
            .OrderBy(queue => queue.Name, StringComparer.OrdinalIgnoreCase);
}

/// <summary>All SQL on the table <c>queue_list</c>.</summary>
public sealed class QueueStore(NpgsqlDataSource database)
{
    public async Task<OrgQueues?> FindAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var body = await connection.ExecuteScalarAsync<string?>(
            new CommandDefinition(
                "select body from queue_list where connection_id = @connectionId",
                new { connectionId },
                cancellationToken: cancellationToken
            )
        );
        return body is null ? null : JsonSerializer.Deserialize<OrgQueues>(body, JsonSerializerOptions.Web);
    }

    /// <summary>Keeps a list, unless a newer one is there.</summary>
    public async Task SaveAsync(Guid connectionId, OrgQueues queues, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into queue_list (connection_id, body, read_at) values (@connectionId, @body::jsonb, @ReadAt)
                on conflict (connection_id) do update set body = excluded.body, read_at = excluded.read_at
                    where queue_list.read_at < excluded.read_at
                """,
                new
                {
                    connectionId,
                    body = JsonSerializer.Serialize(queues, JsonSerializerOptions.Web),
                    queues.ReadAt,
                },
                cancellationToken: cancellationToken
            )
        );
    }
}

internal static class QueuesApi
{
    public static void MapQueues(this WebApplication app) =>
        app.MapGet(
                "/v1/connections/{id:guid}/queues",
                (Guid id, Caller caller, ReadQueues queues, CancellationToken cancellationToken) =>
                    queues.HandleAsync(id, caller, cancellationToken)
            )
            .WithSummary("The org's queues that may own records.")
            .Produces<OrgQueues>()
            .RequireAtLeast(Role.Viewer);
}
