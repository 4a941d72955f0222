using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Connector.Schema;

/// <summary>A description as it is kept.</summary>
/// <param name="Schema">Its <see cref="CrmSchema.ReadAt"/> is when the CRM last gave it, or said that it is unchanged.</param>
/// <param name="WholeAt">When the CRM last gave the whole of it.</param>
/// <param name="ChangedAt">When it was last changed, by the CRM's own clock; null where the CRM did not say.</param>
public sealed record KeptSchema(CrmSchema Schema, DateTimeOffset WholeAt, DateTimeOffset? ChangedAt);

/// <summary>All SQL on the table <c>object_schema</c>: the last description that the CRM gave.</summary>
public sealed class SchemaStore(NpgsqlDataSource database)
{
    public async Task<KeptSchema?> FindAsync(Guid connectionId, string objectName, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(
                """
                select body, coalesce(whole_at, read_at) as whole_at, changed_at from object_schema
                where connection_id = @connectionId and object = @objectName
                """,
                new { connectionId, objectName },
                cancellationToken: cancellationToken
            )
        );
        return row is null
            ? null
            : new KeptSchema(
                JsonSerializer.Deserialize<CrmSchema>(row.Body, JsonSerializerOptions.Web)!,
                row.WholeAt,
                row.ChangedAt
            );
    }

    /// <summary>Forgets what was described: the connection leads to another org.</summary>
    public static Task ForgetAsync(Guid connectionId, NpgsqlTransaction transaction) =>
        transaction.Connection!.ExecuteAsync(
            "delete from object_schema where connection_id = @connectionId",
            new { connectionId },
            transaction
        );

    /// <summary>Keeps a description, unless a newer one is there.</summary>
    public async Task SaveAsync(
        Guid connectionId,
        string objectName,
        KeptSchema kept,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into object_schema (connection_id, object, body, read_at, whole_at, changed_at)
                values (@connectionId, @objectName, @body::jsonb, @ReadAt, @WholeAt, @ChangedAt)
                on conflict (connection_id, object) do update
                    set body = excluded.body, read_at = excluded.read_at, whole_at = excluded.whole_at,
                        changed_at = excluded.changed_at
                    where object_schema.read_at < excluded.read_at
                """,
                new
                {
                    connectionId,
                    objectName,
                    body = JsonSerializer.Serialize(kept.Schema, JsonSerializerOptions.Web),
                    kept.Schema.ReadAt,
                    kept.WholeAt,
                    kept.ChangedAt,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    private sealed record Row
    {
        public required string Body { get; init; }
        public required DateTimeOffset WholeAt { get; init; }
        public DateTimeOffset? ChangedAt { get; init; }
    }
}
