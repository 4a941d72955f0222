using Dapper;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Push.Lanes;

/// <summary>What an operator sees of a workspace's lanes.</summary>
public static class LanesApi
{
    public static void MapLanes(this WebApplication app) =>
        app.MapGet(
                "/v1/lanes",
                async (Caller caller, NpgsqlDataSource database, CancellationToken cancellationToken) =>
                {
                    await using var connection = await database.OpenConnectionAsync(cancellationToken);
                    return await connection.QueryAsync<LaneView>(
                        new CommandDefinition(
                            """
                            select l.connection_id,
                                   case when exists (select from hold h where h.connection_id = l.connection_id) then 'held'
                                        when l.resume_at > now() then 'resting' else 'active' end as state,
                                   l.pause_code as code, l.pause_message as message, l.resume_at,
                                   (select count(*) from lead_sync s
                                     where s.connection_id = l.connection_id and s.wanted_run > s.done_run and s.parked_code is null) as waiting,
                                   (select count(*) from lead_sync s
                                     where s.connection_id = l.connection_id and s.wanted_run > s.done_run and s.parked_code is not null) as parked,
                                   (select count(*) from intent i where i.connection_id = l.connection_id and i.state = 'unknown') as unknown
                              from lane l
                             where l.workspace = @Workspace
                             order by l.connection_id
                            """,
                            new { caller.Workspace },
                            cancellationToken: cancellationToken
                        )
                    );
                }
            )
            .RequireAtLeast(Role.Viewer);

    /// <param name="State">active; held, wholly or in part, until a person lifts that; or resting until <paramref name="ResumeAt"/> for the reason given.</param>
    /// <param name="Waiting">Leads that will be taken by themselves.</param>
    /// <param name="Parked">Leads that need a person first.</param>
    /// <param name="Unknown">Writes whose answer was lost and is being looked for.</param>
    public sealed record LaneView(
        Guid ConnectionId,
        string State,
        string? Code,
        string? Message,
        DateTimeOffset? ResumeAt,
        long Waiting,
        long Parked,
        long Unknown
    );
}
