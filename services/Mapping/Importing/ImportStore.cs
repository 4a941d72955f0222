using LeadSync.Contracts;
using LeadSync.Hosting.People;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.People;
using LeadSync.Mapping.Sources;
using Npgsql;

namespace LeadSync.Mapping.Importing;

/// <summary>A lead that a pulled record is.</summary>
public sealed record FoundLead(LeadKey Key, ImportMatch By);

/// <summary>The leads that a pulled record is, or becomes; none when it is to be passed over.</summary>
public sealed record FoundLeads(RecordToImport Record, IReadOnlyList<FoundLead> Leads);

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

/// <summary>Finds the leads that pulled records are, and what they are mapped by; one round trip each, for all of them.</summary>
public static class ImportStore
{
    /// <summary>Says by what each record's object is pulled.</summary>
    public static async Task<IReadOnlyList<RecordToImport>> ReadPullsAsync(
        IReadOnlyList<RecordToImport> records,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var wanted = records.Select(Place).Distinct().ToList();
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        batch.Add(
            """
            select k.workspace, k.connection_id, k.object, k.source, p.fields::text, coalesce(s.fields::text, '[]')
              from unnest($1, $2, $3, $4) as k (workspace, connection_id, object, source)
              join pull p on p.workspace = k.workspace and p.connection_id = k.connection_id and p.object = k.object and p.enabled
              left join source s on s.workspace = k.workspace and s.name = k.source
            """,
            wanted.Select(place => place.Workspace).ToArray(),
            wanted.Select(place => place.ConnectionId).ToArray(),
            wanted.Select(place => place.Object).ToArray(),
            wanted.Select(place => place.Source).ToArray()
        );
        var pulls = new Dictionary<(string, Guid, string, string), PullInto>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            pulls[(reader.GetString(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3))] = new PullInto(
                PullSetting.Parse(reader.GetString(4)),
                new SourceModel(FieldSetting.Parse(reader.GetString(5))).EmailField
            );
        return [.. records.Select(record => record with { Pull = pulls.GetValueOrDefault(Place(record)) })];
    }

    private static (string Workspace, Guid ConnectionId, string Object, string Source) Place(RecordToImport record) =>
        (record.Workspace, record.Pulled.ConnectionId, record.Pulled.Record.Object, record.Pulled.Source);

    /// <summary>
    /// The leads that each record is: every one that is linked to it, else the newest one of the receiving source with its
    /// address, else a new one. Passed over is a record of a person who was erased, one that nothing pulls, and one that is
    /// gone and was nobody's.
    /// </summary>
    public static async Task<IReadOnlyList<FoundLeads>> FindAsync(
        IReadOnlyList<RecordToImport> records,
        ErasureKeys erasure,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        AddErased(batch, records, erasure);
        AddLinked(batch, records);
        AddByEmail(batch, records);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var erased = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken))
            erased.Add(reader.GetInt32(0));
        await reader.NextResultAsync(cancellationToken);
        var linked = await LeadsAsync(ImportMatch.Record);
        await reader.NextResultAsync(cancellationToken);
        var byEmail = await LeadsAsync(ImportMatch.Email);
        return [.. records.Select((record, at) => new FoundLeads(record, Of(record, at)))];

        async Task<ILookup<int, FoundLead>> LeadsAsync(ImportMatch by)
        {
            var leads = new List<(int Place, FoundLead Lead)>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var place = reader.GetInt32(0);
                var key = new LeadKey(records[place].Workspace, reader.GetString(1), reader.GetString(2));
                leads.Add((place, new FoundLead(key, by)));
            }
            return leads.ToLookup(lead => lead.Place, lead => lead.Lead);
        }

        IReadOnlyList<FoundLead> Of(RecordToImport record, int at) =>
            erased.Contains(at) || record is { Stands: true, Pull: null } ? []
            : linked[at].Any() ? [.. linked[at]]
            : byEmail[at].Any() ? [.. byEmail[at]]
            : record.Stands ? [new FoundLead(record.NewLead, ImportMatch.None)]
            : [];
    }

    private static void AddErased(NpgsqlBatch batch, IReadOnlyList<RecordToImport> records, ErasureKeys erasure)
    {
        var keys = records.SelectMany((record, at) => Keys(record, erasure).Select(key => (at, record, key))).ToList();
        batch.Add(
            """
            select distinct k.place
              from unnest($1, $2, $3, $4) as k (place, workspace, kind, key)
              join erased e on e.workspace = k.workspace and e.kind = k.kind and e.key = k.key
            """,
            keys.Select(one => one.at).ToArray(),
            keys.Select(one => one.record.Workspace).ToArray(),
            keys.Select(one => one.key.Kind).ToArray(),
            keys.Select(one => one.key.Key).ToArray()
        );
    }

    private static IEnumerable<(string Kind, byte[] Key)> Keys(RecordToImport record, ErasureKeys erasure)
    {
        var pulled = record.Pulled;
        yield return (
            Suspects.RecordKind,
            erasure.OfRecord(record.Workspace, pulled.ConnectionId, pulled.Record.Object, pulled.Record.RecordId)
        );
        // Of one that is gone too, if it still says whose it was.
        if (record.Pull?.Email(pulled) is { } email)
            yield return (Suspects.EmailKind, erasure.OfEmail(record.Workspace, email));
    }

    private static void AddLinked(NpgsqlBatch batch, IReadOnlyList<RecordToImport> records) =>
        batch.Add(
            """
            with k as (select * from unnest($1, $2, $3, $4, $5) as k (place, workspace, connection_id, object, record_key))
            select k.place, l.source, l.lead_id
              from k
              join record_link r on r.connection_id = k.connection_id and r.object = k.object
               and (case when length(r.record_id) = 18 then left(r.record_id, 15) else r.record_id end) = k.record_key
              join lead l on l.id = r.lead and l.workspace = k.workspace and not l.withdrawn
            union
            select k.place, l.source, l.lead_id
              from k
              join captured_record c on c.workspace = k.workspace and c.object = k.object and c.record_key = k.record_key
               and (c.connection_id is null or c.connection_id = k.connection_id)
              join lead l on l.id = c.lead and not l.withdrawn
             order by place, source, lead_id
            """,
            Enumerable.Range(0, records.Count).ToArray(),
            records.Select(record => record.Workspace).ToArray(),
            records.Select(record => record.Pulled.ConnectionId).ToArray(),
            records.Select(record => record.Pulled.Record.Object).ToArray(),
            records.Select(record => RecordIds.Short(record.Pulled.Record.RecordId)).ToArray()
        );

    private static void AddByEmail(NpgsqlBatch batch, IReadOnlyList<RecordToImport> records)
    {
        var emails = records
            .Select((record, at) => (at, record, record.Email))
            .Where(one => one.Email is not null)
            .ToList();
        batch.Add(
            """
            select k.place, f.source, f.lead_id
              from unnest($1, $2, $3, $4) as k (place, workspace, source, email)
              cross join lateral (
                select l.source, l.lead_id from lead l
                 where l.workspace = k.workspace and l.source = k.source and l.email = k.email and not l.withdrawn
                 order by l.last_captured_at desc nulls last, l.lead_id limit 1) f
            """,
            emails.Select(one => one.at).ToArray(),
            emails.Select(one => one.record.Workspace).ToArray(),
            emails.Select(one => one.record.Pulled.Source).ToArray(),
            emails.Select(one => one.Email!).ToArray()
        );
    }

    /// <summary>Links leads to the record that each is now, or to none of its kind.</summary>
    /// <param name="leads">Each once.</param>
    public static async Task WriteLinksAsync(
        IReadOnlyCollection<(WorkingLead Lead, PulledRecord Pulled)> leads,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        var gone = leads.Where(one => one.Pulled.Fate != RecordFate.Stands).ToList();
        if (gone.Count > 0)
            batch.Add(
                """
                delete from record_link r
                 using unnest($1, $2, $3, $4) as k (lead, connection_id, object, record_key)
                 where r.lead = k.lead and r.connection_id = k.connection_id and r.object = k.object
                   and (case when length(r.record_id) = 18 then left(r.record_id, 15) else r.record_id end) = k.record_key
                """,
                gone.Select(one => one.Lead.Id).ToArray(),
                gone.Select(one => one.Pulled.ConnectionId).ToArray(),
                gone.Select(one => one.Pulled.Record.Object).ToArray(),
                gone.Select(one => RecordIds.Short(one.Pulled.Record.RecordId)).ToArray()
            );
        var linked = leads
            .Select(one => (one.Lead, one.Pulled.ConnectionId, Record: Now(one.Pulled)!))
            .Where(one => one.Record is not null)
            .ToList();
        if (linked.Count > 0)
            batch.Add(
                """
                insert into record_link (lead, connection_id, object, record_id, version)
                select k.lead, k.connection_id, k.object, k.record_id, k.version
                  from unnest($1, $2, $3, $4, $5) as k (lead, connection_id, object, record_id, version)
                 order by k.lead, k.connection_id, k.object collate "C"
                on conflict (lead, connection_id, object) do update
                   set record_id = excluded.record_id, version = excluded.version
                """,
                linked.Select(one => one.Lead.Id).ToArray(),
                linked.Select(one => one.ConnectionId).ToArray(),
                linked.Select(one => one.Record.Object).ToArray(),
                linked.Select(one => one.Record.RecordId).ToArray(),
                linked.Select(one => one.Lead.Version).ToArray()
            );
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static KnownRecord? Now(PulledRecord pulled) =>
        pulled.Fate switch
        {
            RecordFate.Stands => pulled.Record,
            RecordFate.Deleted => null,
            _ => pulled.BecameRecord,
        };
}
