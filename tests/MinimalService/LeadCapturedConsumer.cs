using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using Npgsql;

namespace LeadSync.MinimalService;

/// <summary>Notes each captured lead once.</summary>
public sealed class LeadCapturedConsumer(NpgsqlDataSource database) : IItemConsumer<CapturedLead>
{
    public async Task ConsumeAsync(IReadOnlyList<Arrived<CapturedLead>> items, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into note (event_id, workspace, lead_id)
                select * from unnest(@ids, @workspaces, @leads)
                on conflict do nothing
                """,
                new
                {
                    ids = items.Select(item => item.Item.EventId).ToArray(),
                    workspaces = items.Select(item => item.Workspace).ToArray(),
                    leads = items.Select(item => item.Item.LeadId).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    public Task RejectAsync(Arrived<CapturedLead> item, Exception fault, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
