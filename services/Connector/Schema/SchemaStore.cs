using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Connector.Schema;

/// <summary>All SQL on the table <c>object_schema</c>: the last description that the CRM gave.</summary>
public sealed class SchemaStore(NpgsqlDataSource database)
{
    public async Task<CrmSchema?> FindAsync(Guid connectionId, string objectName, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var body = await connection.ExecuteScalarAsync<string?>(
            new CommandDefinition(
                "select body from object_schema where connection_id = @connectionId and object = @objectName",
                new { connectionId, objectName },
                cancellationToken: cancellationToken
            )
        );
        return body is null ? null : JsonSerializer.Deserialize<CrmSchema>(body, JsonSerializerOptions.Web);
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
        CrmSchema schema,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into object_schema (connection_id, object, body, read_at)
                values (@connectionId, @objectName, @body::jsonb, @ReadAt)
                on conflict (connection_id, object) do update set body = excluded.body, read_at = excluded.read_at
                    where object_schema.read_at < excluded.read_at
                """,
                new
                {
                    connectionId,
                    objectName,
                    body = JsonSerializer.Serialize(schema, JsonSerializerOptions.Web),
                    schema.ReadAt,
                },
                cancellationToken: cancellationToken
            )
        );
    }
}
