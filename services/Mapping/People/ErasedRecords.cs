using Dapper;
using LeadSync.Hosting.People;
using LeadSync.Mapping.Leads;
using Npgsql;

namespace LeadSync.Mapping.People;

/// <summary>
/// Records that were written for leads erased meanwhile: the call was under way. They are kept as tombstones, so that a pull
/// does not make the person anew.
/// </summary>
public sealed class ErasedRecords(NpgsqlDataSource database, ErasureKeys keys)
{
    public async Task LearnAsync(IReadOnlyCollection<LearntRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into erased (workspace, kind, key, version, erased_at)
                select distinct e.workspace, 'record', k.record, e.version, e.erased_at
                  from unnest(@workspaces, @leads, @records) as k (workspace, lead, record)
                  join erased e on e.workspace = k.workspace and e.kind = 'lead' and e.key = k.lead
                on conflict do nothing
                """,
                new
                {
                    workspaces = records.Select(one => one.Key.Workspace).ToArray(),
                    leads = records.Select(one => keys.OfLead(one.Key)).ToArray(),
                    records = records.Select(one => OfRecord(one)).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    private byte[] OfRecord(LearntRecord one) =>
        keys.OfRecord(one.Key.Workspace, one.ConnectionId, one.Record.Object, one.Record.RecordId);
}
