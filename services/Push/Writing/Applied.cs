using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Push.Writing;

/// <summary>What we last applied to one field of one record: wrote it, or found it already there.</summary>
/// <param name="At">When the value was captured.</param>
/// <param name="Source">The source that captured it.</param>
/// <param name="Precedence">What that source counted for in this field.</param>
public sealed record AppliedField(JsonElement Value, DateTimeOffset At, string Source, int Precedence = 0)
{
    /// <summary>
    /// Another value of ours that may stand over it in the CRM: of a call that was carried out after it had been given up. Null
    /// almost always.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AppliedField? Late { get; init; }

    /// <summary>
    /// What we last wrote, seen from what the CRM holds: the late value, where that is it. Captured at the same moment as this
    /// one, it counts as the earlier, for this one was decided on after it.
    /// </summary>
    public AppliedField SeenFrom(JsonElement held)
    {
        if (Late is null || !FieldValue.Same(Late.Value, held))
            return this;
        return Late.At == At ? Late with { At = At.AddTicks(-1) } : Late;
    }
}

/// <summary>Reads what was applied to records; <see cref="Settler"/> writes it together with the outcome.</summary>
public sealed class AppliedStore(NpgsqlDataSource database)
{
    public static readonly IReadOnlyDictionary<string, AppliedField> Nothing = ReadOnlyDictionary<
        string,
        AppliedField
    >.Empty;

    /// <summary>What was applied to each of these records, by 18-character id and field. A record that is new to us is left out.</summary>
    public async Task<Dictionary<string, IReadOnlyDictionary<string, AppliedField>>> ReadAsync(
        Guid connectionId,
        IReadOnlyCollection<KnownRecord> records,
        CancellationToken cancellationToken
    )
    {
        if (records.Count == 0)
            return [];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string RecordId, string Fields)>(
            new CommandDefinition(
                """
                select record_id, fields::text
                  from applied
                  join unnest(@objects, @ids) as n (object, record_id) using (object, record_id)
                 where connection_id = @connectionId
                """,
                new
                {
                    connectionId,
                    objects = records.Select(record => record.Object).ToArray(),
                    ids = records.Select(record => record.RecordId).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
        return rows.ToDictionary(
            row => row.RecordId,
            row => (IReadOnlyDictionary<string, AppliedField>)Parse(row.Fields),
            StringComparer.Ordinal
        );
    }

    internal static string Format(IReadOnlyDictionary<string, AppliedField> fields) =>
        JsonSerializer.Serialize(fields, JsonSerializerOptions.Web);

    private static Dictionary<string, AppliedField> Parse(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, AppliedField>>(json, JsonSerializerOptions.Web)!;
}
