using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using Npgsql;

namespace LeadSync.Push.Holds;

/// <summary>
/// Below which version nothing is sent any more. When a hold is lifted and what waited is discarded, more of it may still be
/// in the broker's queues: it is told as skipped when it comes in.
/// </summary>
public sealed class VersionFloors(NpgsqlDataSource database)
{
    // Intake holds it shared from its look at the floors to its commit: what it put in before a floor was raised is there for
    // the discard that follows.
    private const string Lock = "version_floor";

    /// <summary>Raises a floor; from then on nothing of an older version comes into the lane as waiting.</summary>
    /// <param name="source">Empty: of every source.</param>
    public async Task RaiseAsync(
        string workspace,
        Guid connectionId,
        string source,
        long version,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                select pg_advisory_xact_lock(hashtext(@Lock));
                insert into version_floor as f (workspace, connection_id, source, version)
                values (@workspace, @connectionId, @source, @version)
                on conflict (workspace, connection_id, source) do update set version = greatest(f.version, excluded.version)
                """,
                new
                {
                    Lock,
                    workspace,
                    connectionId,
                    source,
                    version,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Inside intake's transaction: which of these leads are below their floor.</summary>
    public static async Task<bool[]> BelowAsync(
        IReadOnlyList<Arrived<MappedLead>> leads,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await using var read = await transaction.Connection!.QueryMultipleAsync(
            new CommandDefinition(
                """
                select pg_advisory_xact_lock_shared(hashtext(@Lock));
                select workspace, connection_id, source, version from version_floor where connection_id = any(@connections)
                """,
                new { Lock, connections = leads.Select(lead => lead.Item.ConnectionId).Distinct().ToArray() },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await read.ReadAsync<object>();
        var floors = (
            await read.ReadAsync<(string Workspace, Guid Connection, string Source, long Version)>()
        ).ToDictionary(floor => (floor.Workspace, floor.Connection, floor.Source), floor => floor.Version);
        return
        [
            .. leads.Select(lead =>
                lead.Item.Version < floors.GetValueOrDefault((lead.Workspace, lead.Item.ConnectionId, lead.Item.Source))
                || lead.Item.Version < floors.GetValueOrDefault((lead.Workspace, lead.Item.ConnectionId, ""))
            ),
        ];
    }
}
