using Dapper;
using LeadSync.Mapping.Leads;
using Npgsql;

namespace LeadSync.Mapping.References;

/// <summary>
/// The copies of references that leads read. They are read exactly, never kept in memory: one more round trip for a batch of
/// leads in which something is to be looked up, none for others.
/// </summary>
public sealed class ReferenceStore(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Gives the leads of a batch what is known of the records that they name, before they are decided.</summary>
    public async Task ReadForAsync(LeadBatch batch, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var known = await ReadAsync(
            transaction.Connection!,
            transaction,
            WantedReferences.Of(batch),
            cancellationToken
        );
        foreach (var lead in batch.Leads.Values)
            lead.References = known;
    }

    private async Task<KnownReferences> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        IReadOnlyCollection<(Guid ConnectionId, ReferenceKey Key)> wanted,
        CancellationToken cancellationToken
    )
    {
        if (wanted.Count == 0)
            return KnownReferences.None;
        var now = clock.GetUtcNow();
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                with named as (
                    select r.*
                      from reference r
                      join unnest(@connections, @objects, @bys, @values) as k (connection_id, object, by_field, value)
                        on r.connection_id = k.connection_id and r.object = k.object and r.by_field = k.by_field and r.value = k.value),
                stale as (
                    -- Who holds a row notes its use too.
                    select r.connection_id, r.object, r.by_field, r.value
                      from reference r
                      join named n on n.connection_id = r.connection_id and n.object = r.object
                                  and n.by_field = r.by_field and n.value = r.value
                     where r.used_at < @dayAgo
                       for update of r skip locked),
                noted as (
                    update reference r set used_at = @now
                      from stale s
                     where s.connection_id = r.connection_id and s.object = r.object
                       and s.by_field = r.by_field and s.value = r.value)
                select connection_id as "ConnectionId", object as "Object", by_field as "By", value as "Value",
                       state as "State", record_id as "RecordId"
                  from named
                 where state <> 'wanted'
                """,
                new
                {
                    now,
                    dayAgo = now.AddDays(-1),
                    connections = wanted.Select(one => one.ConnectionId).ToArray(),
                    objects = wanted.Select(one => one.Key.Object).ToArray(),
                    bys = wanted.Select(one => one.Key.By).ToArray(),
                    values = wanted.Select(one => one.Key.Value).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        return new KnownReferences(
            rows.ToDictionary(
                row => (row.ConnectionId, new ReferenceKey(row.Object, row.By, row.Value)),
                row => row.Copy()
            )
        );
    }

    /// <summary>Reads what is known for one lead that is only shown.</summary>
    /// <param name="wanted">Each once.</param>
    public async Task<KnownReferences> ReadAsync(
        Guid connectionId,
        IEnumerable<ReferenceKey> wanted,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(
            connection,
            transaction: null,
            [.. wanted.Select(key => (connectionId, key))],
            cancellationToken
        );
    }

    /// <summary>Asks for the look-up of what decided leads wait for, in the round trip that writes the decisions.</summary>
    public static void Want(NpgsqlBatch batch, IReadOnlyCollection<PairDecision> decisions, DateTimeOffset now)
    {
        var wanted = decisions
            .SelectMany(decision =>
                (decision.CannotMap?.Faults ?? [])
                    .Select(fault => fault.Wanted)
                    .OfType<ReferenceKey>()
                    .Select(key => (decision.ConnectionId, Key: key))
            )
            .Distinct()
            .ToList();
        if (wanted.Count == 0)
            return;
        // In order, so that two who ask for the same never wait for each other in a ring.
        batch.Add(
            """
            insert into reference (connection_id, object, by_field, value, look_up_at, used_at)
            select k.connection_id, k.object, k.by_field, k.value, $5, $5
              from unnest($1, $2, $3, $4) as k (connection_id, object, by_field, value)
             order by k.connection_id, k.object collate "C", k.by_field collate "C", k.value collate "C"
            on conflict do nothing
            """,
            wanted.Select(one => one.ConnectionId).ToArray(),
            wanted.Select(one => one.Key.Object).ToArray(),
            wanted.Select(one => one.Key.By).ToArray(),
            wanted.Select(one => one.Key.Value).ToArray(),
            now
        );
    }

    private sealed record Row(Guid ConnectionId, string Object, string By, string Value, string State, string? RecordId)
    {
        public ReferenceCopy Copy() => ReferenceCopy.Of(State, RecordId);
    }
}
