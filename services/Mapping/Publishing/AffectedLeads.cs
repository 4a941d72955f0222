using Dapper;
using LeadSync.Mapping.Config;
using Npgsql;

namespace LeadSync.Mapping.Publishing;

/// <summary>How many leads a change of a mapping or a route concerns. Nobody's CRM is asked.</summary>
/// <param name="Leads">Pairs of lead and connection that go by the setting from their next capture on.</param>
/// <param name="TakenUp">Of them, those that could not be mapped or failed at the CRM, and are decided again at once.</param>
public sealed record Affected(long Leads, long TakenUp);

/// <summary>Counts leads at connections.</summary>
public sealed class AffectedLeads(NpgsqlDataSource database)
{
    public async Task<Affected> CountAsync(string workspace, SettingKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var source = key.Kind == SettingKey.Routes ? key.Name[..key.Name.IndexOf('/', StringComparison.Ordinal)] : null;
        return await connection.QuerySingleAsync<Affected>(
            new CommandDefinition(
                source is null
                    ? """
                    select count(*) as "Leads", count(m.failed_code) as "TakenUp"
                      from mapped m
                      join connection c on c.id = m.connection_id and c.workspace = @workspace
                     where m.connection_id = @ConnectionId
                    """
                    : """
                    select count(*) as "Leads", count(m.failed_code) as "TakenUp"
                      from lead l
                      join mapped m on m.lead = l.id and m.connection_id = @ConnectionId
                     where l.workspace = @workspace and l.source = @source
                    """,
                new
                {
                    workspace,
                    key.ConnectionId,
                    source,
                },
                cancellationToken: cancellationToken
            )
        );
    }
}
