using Npgsql;
using NpgsqlTypes;

namespace LeadSync.Mapping.Leads;

/// <summary>Commands of a batch, which Dapper has not.</summary>
internal static class BatchCommands
{
    /// <summary>Adds a command with its parameters <c>$1</c>, <c>$2</c> and so on.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            // Stated, because an array of nothing but nulls has no type of its own.
            command.Parameters.Add(
                parameter switch
                {
                    string?[] texts => new NpgsqlParameter<string?[]>
                    {
                        TypedValue = texts,
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                    },
                    DateTimeOffset?[] instants => new NpgsqlParameter<DateTimeOffset?[]>
                    {
                        TypedValue = instants,
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
                    },
                    Guid?[] ids => new NpgsqlParameter<Guid?[]>
                    {
                        TypedValue = ids,
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
                    },
                    _ => new NpgsqlParameter { Value = parameter },
                }
            );
        }
        batch.BatchCommands.Add(command);
    }

    /// <summary>An instant in UTC; null where the column is.</summary>
    public static DateTimeOffset? Instant(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column)
            ? null
            : new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc));

    /// <summary>A text; null where the column is.</summary>
    public static string? Text(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
