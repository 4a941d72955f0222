using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Mapping.Leads;
using Npgsql;

namespace LeadSync.Mapping.People;

/// <summary>Who is to be erased: one lead, or everybody with an address.</summary>
public sealed record Person(LeadKey? Lead, string? Email);

/// <summary>
/// Erases a person: what was captured, turns, addresses and record ids go. What stays are keys that nothing can be read back
/// from, with the version, so that late messages and re-captures are recognised and dropped. Push is told that nothing is
/// wanted any more, and only then is it committed: whoever repeats it after a fault says it again.
/// </summary>
public sealed class ErasePeople(NpgsqlDataSource database, ErasureKeys keys, Publisher publisher, TimeProvider clock)
{
    /// <returns>How many leads were erased.</returns>
    public async Task<int> RunAsync(string workspace, Person who, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (count, told) = await EraseAsync(workspace, who, transaction, cancellationToken);
        await publisher.TellAsync(EventKinds.LeadMapped, told, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    /// <summary>Erases within a transaction; gives what Push is to be told before the commit.</summary>
    public async Task<(int Leads, IReadOnlyList<(string Workspace, MappedLead Item)> Told)> EraseAsync(
        string workspace,
        Person who,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var leads = await LockAsync(workspace, who, transaction, cancellationToken);
        var told = new List<(string, MappedLead)>();
        var left = new List<(string Kind, byte[] Key, long Version)>();
        if (who.Email is not null)
            left.Add((Suspects.EmailKind, keys.OfEmail(workspace, who.Email), Versions.Of(now)));
        foreach (var lead in leads)
        {
            lead.Grow(now);
            left.Add((Suspects.LeadKind, keys.OfLead(lead.Key), lead.Version));
            left.AddRange(
                lead.State.Fields.Values.Select(field => Suspects.Email(field.Value))
                    .OfType<string>()
                    .Select(email => (Suspects.EmailKind, keys.OfEmail(workspace, email), lead.Version))
            );
            left.AddRange(
                lead.Links.Select(link =>
                    (
                        Suspects.RecordKind,
                        keys.OfRecord(workspace, link.ConnectionId, link.Record.Object, link.Record.RecordId),
                        lead.Version
                    )
                )
            );
            told.AddRange(
                lead.Pairs.Keys.Order()
                    .Select(id => (workspace, MappingEvents.Withdrawn(lead, id, "", lead.Version, "ERASED")))
            );
        }
        await WriteAsync(workspace, leads, left, now, transaction, cancellationToken);
        return (leads.Count, told);
    }

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
                   and (source = @Source and lead_id = @LeadId or email = @Email)
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
        batch.Add("delete from mapped where lead = any($1)", ids);
        batch.Add("delete from lead where id = any($1)", ids);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
