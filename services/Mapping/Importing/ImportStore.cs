using LeadSync.Contracts;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.People;
using LeadSync.Mapping.Sources;
using Npgsql;

namespace LeadSync.Mapping.Importing;

/// <summary>A lead that a pulled record is.</summary>
public sealed record FoundLead(LeadKey Key, ImportMatch By);

/// <summary>What records are pulled by.</summary>
/// <param name="EmailField">The field that the receiving source's leads are matched by.</param>
public sealed record PullInto(IReadOnlyList<PullField> Fields, string? EmailField)
{
    /// <summary>The address of a record as it is matched; null when none is pulled.</summary>
    public string? Email(PulledRecord pulled) =>
        Fields.FirstOrDefault(field => field.To == EmailField) is { } from
        && pulled.Fields.TryGetValue(from.From, out var value)
            ? Suspects.Email(value)
            : null;
}

/// <summary>Finds the leads that pulled records are, and what they are mapped by.</summary>
public static class ImportStore
{
    /// <summary>What a record's object is pulled by; null when it is not.</summary>
    public static async Task<PullInto?> ReadPullAsync(
        string workspace,
        PulledRecord pulled,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        batch.Add(
            """
            select p.fields::text, coalesce(s.fields::text, '[]')
              from pull p
              left join source s on s.workspace = p.workspace and s.name = $4
             where p.workspace = $1 and p.connection_id = $2 and p.object = $3 and p.enabled
            """,
            workspace,
            pulled.ConnectionId,
            pulled.Record.Object,
            pulled.Source
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new PullInto(
                PullSetting.Parse(reader.GetString(0)),
                new SourceModel(FieldSetting.Parse(reader.GetString(1))).EmailField
            )
            : null;
    }

    /// <summary>
    /// The leads that a record is: every one that is linked to it, else the newest one of the receiving source with its
    /// address, else none.
    /// </summary>
    /// <param name="email">Normalised; null when the record has none.</param>
    public static async Task<IReadOnlyList<FoundLead>> FindAsync(
        string workspace,
        PulledRecord pulled,
        string? email,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        var key = RecordIds.Short(pulled.Record.RecordId);
        batch.Add(
            """
            select l.source, l.lead_id
              from record_link r
              join lead l on l.id = r.lead
             where r.connection_id = $2 and r.object = $3
               and (case when length(r.record_id) = 18 then left(r.record_id, 15) else r.record_id end) = $4
               and l.workspace = $1 and not l.withdrawn
            union
            select l.source, l.lead_id
              from captured_record c
              join lead l on l.id = c.lead
             where c.workspace = $1 and c.object = $3 and c.record_key = $4 and (c.connection_id is null or c.connection_id = $2)
               and not l.withdrawn
             order by source, lead_id
            """,
            workspace,
            pulled.ConnectionId,
            pulled.Record.Object,
            key
        );
        batch.Add(
            """
            select l.source, l.lead_id from lead l
             where l.workspace = $1 and l.source = $2 and l.email = $3 and not l.withdrawn
             order by l.last_captured_at desc nulls last, l.lead_id limit 1
            """,
            workspace,
            pulled.Source,
            email ?? ""
        );
        var found = new List<FoundLead>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(
                new FoundLead(new LeadKey(workspace, reader.GetString(0), reader.GetString(1)), ImportMatch.Record)
            );
        await reader.NextResultAsync(cancellationToken);
        while (found.Count == 0 && await reader.ReadAsync(cancellationToken))
            found.Add(
                new FoundLead(new LeadKey(workspace, reader.GetString(0), reader.GetString(1)), ImportMatch.Email)
            );
        return found;
    }

    /// <summary>Whether the person of a record was erased: by the record, or by its address.</summary>
    public static async Task<bool> WasErasedAsync(
        string workspace,
        IReadOnlyList<(string Kind, byte[] Key)> keys,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        batch.Add(
            """
            select exists (select from unnest($2, $3) as k (kind, key)
                             join erased e on e.workspace = $1 and e.kind = k.kind and e.key = k.key)
            """,
            workspace,
            keys.Select(key => key.Kind).ToArray(),
            keys.Select(key => key.Key).ToArray()
        );
        return await batch.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Links leads to the record that they are now, or to none of its kind.</summary>
    public static async Task WriteLinksAsync(
        IReadOnlyCollection<WorkingLead> leads,
        PulledRecord pulled,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        if (leads.Count == 0)
            return;
        var ids = leads.Select(lead => lead.Id).ToArray();
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        var now = pulled.Fate switch
        {
            RecordFate.Stands => pulled.Record,
            RecordFate.Deleted => null,
            _ => pulled.BecameRecord,
        };
        if (pulled.Fate != RecordFate.Stands)
            batch.Add(
                """
                delete from record_link
                 where lead = any($1) and connection_id = $2 and object = $3
                   and (case when length(record_id) = 18 then left(record_id, 15) else record_id end) = $4
                """,
                ids,
                pulled.ConnectionId,
                pulled.Record.Object,
                RecordIds.Short(pulled.Record.RecordId)
            );
        if (now is not null)
            batch.Add(
                """
                insert into record_link (lead, connection_id, object, record_id, version)
                select k.lead, $3, $4, $5, k.version from unnest($1, $2) as k (lead, version) order by k.lead
                on conflict (lead, connection_id, object) do update
                   set record_id = excluded.record_id, version = excluded.version
                """,
                ids,
                leads.Select(lead => lead.Version).ToArray(),
                pulled.ConnectionId,
                now.Object,
                now.RecordId
            );
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
