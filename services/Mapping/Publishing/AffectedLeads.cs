using Dapper;
using LeadSync.Mapping.Config;
using Npgsql;

namespace LeadSync.Mapping.Publishing;

/// <summary>How many leads a change of a setting concerns. Nobody's CRM is asked.</summary>
/// <param name="Leads">
/// Pairs of lead and connection that go by the setting from their next capture on; of a pull mapping, leads that are known to
/// be a record of the object.
/// </param>
/// <param name="TakenUp">Of them, those that could not be mapped or failed at the CRM, and are decided again at once.</param>
public sealed record Affected(long Leads, long TakenUp);

/// <summary>Counts leads at connections.</summary>
public sealed class AffectedLeads(NpgsqlDataSource database)
{
    public async Task<Affected> CountAsync(string workspace, SettingKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<Affected>(
            new CommandDefinition(
                key.Kind switch
                {
                    SettingKey.Mappings => """
                    select count(*) as "Leads", count(m.failed_code) as "TakenUp"
                      from mapped m
                      join connection c on c.id = m.connection_id and c.workspace = @workspace
                     where m.connection_id = @ConnectionId
                    """,
                    SettingKey.Routes => """
                    select count(*) as "Leads", count(m.failed_code) as "TakenUp"
                      from lead l
                      join mapped m on m.lead = l.id and m.connection_id = @ConnectionId
                     where l.workspace = @workspace and l.source = @source
                    """,
                    _ => """
                    select count(*) as "Leads", 0::bigint as "TakenUp"
                      from record_link r
                      join lead l on l.id = r.lead
                     where r.connection_id = @ConnectionId and r.object = @objectName and l.workspace = @workspace
                    """,
                },
                new
                {
                    workspace,
                    key.ConnectionId,
                    source = key.Kind == SettingKey.Routes ? key.SourceName : null,
                    objectName = key.Kind == SettingKey.Pulls ? key.ObjectName : null,
                },
                cancellationToken: cancellationToken
            )
        );
    }
}
