using Dapper;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.Transforms;
using Npgsql;

namespace LeadSync.Mapping.Fields;

/// <summary>A value that a value map or a restricted picklist lacks, and whom that stops.</summary>
/// <param name="Field">API name in the CRM.</param>
/// <param name="Leads">How many leads it stops now; each counts once, however often it was captured.</param>
/// <param name="Examples">The five it stopped last.</param>
public sealed record Misfit(
    string Field,
    string Value,
    long Leads,
    DateTimeOffset FirstSeenAt,
    DateTimeOffset LastSeenAt,
    IReadOnlyList<MisfitLead> Examples
);

public sealed record MisfitLead(string Source, string LeadId);

/// <summary>The picklist report: written with the decision that a lead cannot be mapped, in the same round trip.</summary>
public sealed class Misfits(NpgsqlDataSource database)
{
    /// <summary>The longest value that is kept; what is longer is no value of a picklist.</summary>
    public const int LongestValue = 255;

    /// <summary>Writes which values stop the decided leads now. What a repeat says again changes nothing.</summary>
    public static void Write(NpgsqlBatch batch, IReadOnlyCollection<PairDecision> decisions)
    {
        var changed = decisions.Where(decision => decision.Pair is not null).ToList();
        var rows = changed
            .SelectMany(decision =>
                (decision.CannotMap?.Faults ?? [])
                    .Where(fault => fault.Misfit is not null)
                    .Select(fault => (Decision: decision, Fault: fault, Value: Kept(fault.Misfit!)))
            )
            .DistinctBy(row =>
                (row.Decision.LeadId, row.Decision.ConnectionId, row.Fault.Object, row.Fault.Field, row.Value)
            )
            .ToList();
        var stopped = changed.Where(decision => decision.WasStopped).ToList();
        long[] leads = [.. rows.Select(row => row.Decision.LeadId)];
        Guid[] connections = [.. rows.Select(row => row.Decision.ConnectionId)];
        string[] objects = [.. rows.Select(row => row.Fault.Object)];
        string[] fields = [.. rows.Select(row => row.Fault.Field)];
        string[] values = [.. rows.Select(row => row.Value)];
        if (stopped.Count > 0)
            batch.Add(
                """
                delete from misfit m
                 using unnest($1, $2) as k (lead, connection_id)
                 where m.lead = k.lead and m.connection_id = k.connection_id
                   and not exists (select from unnest($3, $4, $5, $6, $7) as n (lead, connection_id, object, field, value)
                                    where n.lead = m.lead and n.connection_id = m.connection_id and n.object = m.object
                                      and n.field = m.field and n.value = m.value)
                """,
                stopped.Select(decision => decision.LeadId).ToArray(),
                stopped.Select(decision => decision.ConnectionId).ToArray(),
                leads,
                connections,
                objects,
                fields,
                values
            );
        if (rows.Count > 0)
            batch.Add(
                """
                insert into misfit as m (lead, connection_id, object, field, value, first_at, last_at)
                select n.lead, n.connection_id, n.object, n.field, n.value, n.at, n.at
                  from unnest($1, $2, $3, $4, $5, $6) as n (lead, connection_id, object, field, value, at)
                on conflict (connection_id, object, field, value, lead) do update
                   set last_at = greatest(m.last_at, excluded.last_at)
                """,
                leads,
                connections,
                objects,
                fields,
                values,
                rows.Select(row => Versions.Instant(row.Decision.Version)).ToArray()
            );
    }

    /// <summary>As it stands in the report.</summary>
    public static string Kept(string value) => TextCut.Begin(value.Trim(), LongestValue);

    /// <summary>The report of one object, the most frequent values first; at most a thousand.</summary>
    public async Task<IReadOnlyList<Misfit>> ReadAsync(
        string workspace,
        Guid connectionId,
        string name,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                with seen as (
                    select m.field, m.value, m.first_at, m.last_at, l.source, l.lead_id,
                           row_number() over (partition by m.field, m.value order by m.last_at desc, l.id) as place
                      from misfit m
                      join lead l on l.id = m.lead
                     where m.connection_id = @connectionId and m.object = @name and l.workspace = @workspace)
                select field as "Field", value as "Value", count(*) as "Leads", min(first_at) as "FirstAt", max(last_at) as "LastAt",
                       array_agg(source order by place) filter (where place <= 5) as "Sources",
                       array_agg(lead_id order by place) filter (where place <= 5) as "LeadIds"
                  from seen
                 group by field, value
                 order by count(*) desc, field, value
                 limit 1000
                """,
                new
                {
                    connectionId,
                    name,
                    workspace,
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.Select(row => row.Misfit())];
    }

    /// <summary>The sources of the leads that a value stops now, whatever case it was written in.</summary>
    public async Task<IReadOnlyList<string>> SourcesAsync(
        string workspace,
        Guid connectionId,
        string name,
        string field,
        string value,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var sources = await connection.QueryAsync<string>(
            new CommandDefinition(
                """
                select distinct l.source
                  from misfit m
                  join lead l on l.id = m.lead
                 where m.connection_id = @connectionId and m.object = @name and l.workspace = @workspace
                   and lower(m.field) = lower(@field) and lower(m.value) = lower(@value)
                 order by l.source
                """,
                new
                {
                    workspace,
                    connectionId,
                    name,
                    field,
                    value = Kept(value),
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. sources];
    }

    private sealed class Row
    {
        public required string Field { get; init; }
        public required string Value { get; init; }
        public required long Leads { get; init; }
        public required DateTime FirstAt { get; init; }
        public required DateTime LastAt { get; init; }
        public required string[] Sources { get; init; }
        public required string[] LeadIds { get; init; }

        public Misfit Misfit() =>
            new(
                Field,
                Value,
                Leads,
                Config.Saving.Utc(FirstAt),
                Config.Saving.Utc(LastAt),
                [.. Sources.Zip(LeadIds, (source, leadId) => new MisfitLead(source, leadId))]
            );
    }
}
