using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Changes;
using LeadSync.Hosting.People;
using LeadSync.Mapping.Leads;
using Npgsql;

namespace LeadSync.Mapping.People;

/// <summary>Who is to be erased: one lead, or everybody with an address.</summary>
public sealed record Person(LeadKey? Lead, string? Email);

/// <summary>What an erasure did.</summary>
/// <param name="Id">What it is called in the history of changes.</param>
/// <param name="Leads">How many leads were erased.</param>
/// <param name="IsTold">Whether everyone else was told already; if not, it is done later.</param>
public sealed record Erasure(Guid Id, int Leads, bool IsTold);

/// <summary>
/// Erases a person: what was captured, turns, addresses and record ids go. What stays are keys that nothing can be read back
/// from, with the version, so that late messages and re-captures are recognised and dropped. That the others are to be told
/// is committed with it, and so is who asked for it.
/// </summary>
public sealed class ErasePeople(
    NpgsqlDataSource database,
    ErasureKeys keys,
    SettingChanges changes,
    FinishErasures finish,
    TimeProvider clock
)
{
    /// <param name="by">Who asked for it, for the history.</param>
    public async Task<Erasure> RunAsync(string workspace, Person who, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        int count;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var leads = await LockAsync(workspace, who, transaction, cancellationToken);
            // One that never came, and was locked only so that it cannot come meanwhile.
            count = leads.Count(lead => lead.Version > 0);
            leads.ForEach(lead => lead.Grow(now));
            await WriteAsync(workspace, leads, Left(workspace, who, leads, now), now, transaction, cancellationToken);
            await RememberAsync(id, workspace, Traces(who, leads), transaction, cancellationToken);
            await changes.AddAsync(
                transaction,
                workspace,
                by,
                now,
                [
                    new SettingEdit(
                        "person",
                        id.ToString(),
                        "erased",
                        Before: null,
                        JsonSerializer.SerializeToElement(
                            new { leads = count, by = who.Lead is null ? "email" : "lead" }
                        )
                    ),
                ],
                cancellationToken
            );
            await transaction.CommitAsync(cancellationToken);
        }
        return new Erasure(id, count, await finish.TryAsync(id, cancellationToken));
    }

    private List<(string Kind, byte[] Key, long Version)> Left(
        string workspace,
        Person who,
        IReadOnlyCollection<WorkingLead> leads,
        DateTimeOffset now
    )
    {
        var left = new List<(string, byte[], long)>();
        if (who.Email is not null)
            left.Add((Suspects.EmailKind, keys.OfEmail(workspace, who.Email), Versions.Of(now)));
        foreach (var lead in leads)
        {
            left.Add((Suspects.LeadKind, keys.OfLead(lead.Key), lead.Version));
            left.AddRange(
                Emails(lead).Select(email => (Suspects.EmailKind, keys.OfEmail(workspace, email), lead.Version))
            );
            left.AddRange(
                Records(lead)
                    .Select(link =>
                        (
                            Suspects.RecordKind,
                            keys.OfRecord(workspace, link.ConnectionId, link.Record.Object, link.Record.RecordId),
                            lead.Version
                        )
                    )
            );
        }
        return left;
    }

    private static PersonTraces Traces(Person who, IReadOnlyCollection<WorkingLead> leads) =>
        new(
            [
                .. leads.SelectMany(lead =>
                    // Of a lead that was never eligible anywhere too: Audit has its captures.
                    lead.Pairs.Keys.Order()
                        .DefaultIfEmpty(Guid.Empty)
                        .Select(id => MappingEvents.Withdrawn(lead, id, "", lead.Version, "ERASED"))
                ),
            ],
            [.. leads.SelectMany(Emails).Append(who.Email).OfType<string>().Distinct(StringComparer.Ordinal)],
            [
                .. leads
                    .SelectMany(Records)
                    .Select(link => RecordIds.Short(link.Record.RecordId))
                    .Distinct(StringComparer.Ordinal),
            ]
        );

    // The lead's id may be an address itself.
    private static IEnumerable<string> Emails(WorkingLead lead) =>
        lead
            .State.Fields.Values.Select(field => Suspects.Email(field.Value))
            .Append(Suspects.Email(JsonSerializer.SerializeToElement(lead.Key.LeadId)))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);

    // Those that it turned out to be, and those that its source said it is: of no certain connection, at each.
    private static IEnumerable<(Guid ConnectionId, KnownRecord Record)> Records(WorkingLead lead) =>
        lead.Links.Concat(
            lead.State.Records.SelectMany(record =>
                (record.ConnectionId is { } id ? [id] : lead.Pairs.Keys).Select(connectionId =>
                    (connectionId, new KnownRecord(record.Object, record.RecordId))
                )
            )
        );

    private static Task RememberAsync(
        Guid id,
        string workspace,
        PersonTraces traces,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    ) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                // Already claimed, for whoever asked: else a round beside it may be quicker, and the answer says less than is done.
                """
                insert into erasure (id, workspace, traces, claimed_until)
                values (@id, @workspace, @traces::jsonb, now() + interval '30 seconds')
                """,
                new
                {
                    id,
                    workspace,
                    traces = JsonSerializer.Serialize(traces, JsonSerializerOptions.Web),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );

    private static async Task<List<WorkingLead>> LockAsync(
        string workspace,
        Person who,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var connection = transaction.Connection!;
        // A lead that never came is locked too: one that comes at this moment waits, and then finds what is left here.
        if (who.Lead is { } key)
            await connection.ExecuteAsync(
                new CommandDefinition(
                    """
                    insert into lead (workspace, source, lead_id, version, state)
                    values (@Workspace, @Source, @LeadId, 0, '{}') on conflict do nothing
                    """,
                    key,
                    transaction,
                    cancellationToken: cancellationToken
                )
            );
        var rows = await connection.QueryAsync<(long Id, string Source, string LeadId, long Version, string State)>(
            new CommandDefinition(
                """
                select id, source, lead_id, version, state::text from lead
                 where workspace = @workspace
                   and (source = @Source and lead_id = @LeadId or email = @Email
                        or (lead_id like '%@%' and lower(lead_id) = @Email))
                 order by workspace, source, lead_id
                   for update
                """,
                new
                {
                    workspace,
                    who.Lead?.Source,
                    who.Lead?.LeadId,
                    who.Email,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var leads = rows.Select(row => new WorkingLead(
                row.Id,
                new LeadKey(workspace, row.Source, row.LeadId),
                row.Version,
                JsonSerializer.Deserialize(row.State, LeadJson.Default.LeadState)!
            ))
            .ToList();
        var byId = leads.ToDictionary(lead => lead.Id);
        var ids = byId.Keys.ToArray();
        foreach (
            var (id, connectionId) in await connection.QueryAsync<(long, Guid)>(
                new CommandDefinition(
                    "select lead, connection_id from mapped where lead = any(@ids)",
                    new { ids },
                    transaction,
                    cancellationToken: cancellationToken
                )
            )
        )
            byId[id].Pairs[connectionId] = new Pair(default, 0, 0);
        foreach (
            var (id, connectionId, name, recordId) in await connection.QueryAsync<(long, Guid, string, string)>(
                new CommandDefinition(
                    "select lead, connection_id, object, record_id from record_link where lead = any(@ids)",
                    new { ids },
                    transaction,
                    cancellationToken: cancellationToken
                )
            )
        )
            byId[id].Links.Add((connectionId, new KnownRecord(name, recordId, connectionId)));
        return leads;
    }

    private static async Task WriteAsync(
        string workspace,
        IReadOnlyCollection<WorkingLead> leads,
        IReadOnlyCollection<(string Kind, byte[] Key, long Version)> left,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var unique = left.DistinctBy(one => (one.Kind, Suspects.Text(one.Key))).ToList();
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        batch.Add(
            """
            insert into erased (workspace, kind, key, version, erased_at)
            select $1, k.kind, k.key, k.version, $5 from unnest($2, $3, $4) as k (kind, key, version)
             order by k.kind collate "C", k.key
            on conflict (workspace, kind, key) do update set version = excluded.version, erased_at = excluded.erased_at
            """,
            workspace,
            unique.Select(one => one.Kind).ToArray(),
            unique.Select(one => one.Key).ToArray(),
            unique.Select(one => one.Version).ToArray(),
            now
        );
        var ids = leads.Select(lead => lead.Id).ToArray();
        batch.Add("delete from turn where lead = any($1)", ids);
        batch.Add("delete from captured_record where lead = any($1)", ids);
        batch.Add("delete from record_link where lead = any($1)", ids);
        batch.Add("delete from mapping_due where lead = any($1)", ids);
        batch.Add("delete from misfit where lead = any($1)", ids);
        // Looked up anew for whoever else names the same.
        batch.Add(
            """
            delete from reference r
             using mapped m
             where m.lead = any($1) and r.connection_id = m.connection_id and r.value = any($2)
            """,
            ids,
            leads
                .SelectMany(lead => lead.State.Fields.Values)
                .Where(field => field.Value.ValueKind == JsonValueKind.String)
                .Select(field => field.Value.GetString()!.Trim())
                .Distinct(StringComparer.Ordinal)
                .ToArray()
        );
        batch.Add("delete from mapped where lead = any($1)", ids);
        batch.Add("delete from lead where id = any($1)", ids);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
