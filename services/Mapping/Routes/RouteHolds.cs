using Dapper;
using LeadSync.Hosting;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Leads;
using Npgsql;

namespace LeadSync.Mapping.Routes;

/// <summary>Push did not answer, so it cannot be promised that nothing is sent any more.</summary>
public sealed class NotHeldException(Exception because) : Exception("Push does not answer.", because);

/// <summary>
/// Keeps Push from sending over routes that are off, be it by their own switch or by their source's. Switching off is told
/// before it is committed and answered; that a hold has ended is stored with what ended it, told at once, and again every
/// few seconds until Push has taken it.
/// </summary>
public sealed class RouteHolds(NpgsqlDataSource database, PushClient push, TimeProvider clock, ILogger<RouteHolds> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>One save, one lift or one hold at a time for a workspace.</summary>
    public static Task LockAsync(Saving save) =>
        save.ExecuteAsync(
            "select pg_advisory_xact_lock(hashtextextended(@Workspace, 7305441271))",
            new { save.Workspace }
        );

    /// <summary>
    /// Brings Push in line with the routes as they stand in the transaction, whose workspace is locked. Call
    /// <see cref="TellAsync"/> after the commit.
    /// </summary>
    /// <exception cref="NotHeldException">Roll back: a route that is off now may still be sent over.</exception>
    public async Task SettleAsync(Saving save)
    {
        var wrong = (
            await save.Connection.QueryAsync<Wrong>(
                new CommandDefinition(
                    """
                    select r.source as "Source", r.connection_id as "ConnectionId", r.held as "Held"
                      from route r
                      left join source s on s.workspace = r.workspace and s.name = r.source and s.declared and s.enabled
                     where r.workspace = @Workspace and r.held = (r.enabled and s.name is not null)
                     order by r.source, r.connection_id
                    """,
                    new { save.Workspace },
                    save.Transaction,
                    cancellationToken: save.CancellationToken
                )
            )
        ).AsList();
        if (wrong.Count == 0)
            return;
        var off = wrong.FindAll(route => !route.Held);
        await OweAsync(save, off);
        try
        {
            await Task.WhenAll(
                off.Select(route =>
                    push.HoldAsync(save.Workspace, route.ConnectionId, route.Source, save.CancellationToken)
                )
            );
        }
        catch (Exception fault) when (!save.CancellationToken.IsCancellationRequested)
        {
            throw new NotHeldException(fault);
        }
        foreach (var (source, connectionId, held) in wrong)
        {
            await save.ExecuteAsync(
                """
                update route set held = not held
                 where workspace = @Workspace and source = @source and connection_id = @connectionId
                """,
                new
                {
                    save.Workspace,
                    source,
                    connectionId,
                }
            );
            await save.ExecuteAsync(
                held
                    ? """
                    insert into owed_lift (connection_id, source, workspace, before_version)
                    values (@connectionId, @source, @Workspace, @before)
                    on conflict (connection_id, source) do update set before_version = excluded.before_version
                    """
                    : "delete from owed_lift where connection_id = @connectionId and source = @source",
                new
                {
                    save.Workspace,
                    source,
                    connectionId,
                    before = Versions.Of(save.Now),
                }
            );
        }
    }

    // Outside the transaction: if that is rolled back after Push held, the routes are still on and the hold must go. Nothing
    // is discarded then. Until the transaction has ended its lock keeps this from being told.
    private async Task OweAsync(Saving save, List<Wrong> off)
    {
        if (off.Count == 0)
            return;
        await using var connection = await database.OpenConnectionAsync(save.CancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into owed_lift (connection_id, source, workspace, before_version)
                select k.connection_id, k.source, @Workspace, 0
                  from unnest(@connections, @sources) as k (connection_id, source)
                 order by k.connection_id, k.source
                on conflict do nothing
                """,
                new
                {
                    save.Workspace,
                    connections = off.Select(route => route.ConnectionId).ToArray(),
                    sources = off.Select(route => route.Source).ToArray(),
                },
                cancellationToken: save.CancellationToken
            )
        );
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(
            "Telling Push that routes are enabled again",
            Pause,
            async stop =>
            {
                await RunOnceAsync(null, stop);
                return false;
            },
            clock,
            log,
            stoppingToken
        );

    /// <summary>Tells at once of a workspace's holds that have ended; when Push is away it is told later.</summary>
    public async Task TellAsync(string workspace, CancellationToken cancellationToken)
    {
        try
        {
            await RunOnceAsync(workspace, cancellationToken);
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault))
        {
            log.LogWarning("Push is told later that routes of {Workspace} are enabled again", workspace);
        }
    }

    /// <summary>Tells of every hold that has ended, or of one workspace's.</summary>
    public async Task RunOnceAsync(string? workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var owing = await connection.QueryAsync<string>(
            new CommandDefinition(
                "select distinct workspace from owed_lift where @workspace::text is null or workspace = @workspace",
                new { workspace },
                cancellationToken: cancellationToken
            )
        );
        foreach (var one in owing)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var save = new Saving(connection, transaction, one, clock.GetUtcNow(), cancellationToken);
            await LockAsync(save);
            await LiftAsync(save);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private async Task LiftAsync(Saving save)
    {
        var owed = await save.Connection.QueryAsync<Owed>(
            new CommandDefinition(
                """
                delete from owed_lift where workspace = @Workspace
                returning connection_id as "ConnectionId", source as "Source", before_version as "BeforeVersion"
                """,
                new { save.Workspace },
                save.Transaction,
                cancellationToken: save.CancellationToken
            )
        );
        foreach (var one in owed)
            await push.LiftAsync(
                save.Workspace,
                one.ConnectionId,
                one.Source,
                one.BeforeVersion,
                save.CancellationToken
            );
    }

    private sealed record Wrong(string Source, Guid ConnectionId, bool Held);

    private sealed record Owed(Guid ConnectionId, string Source, long BeforeVersion);
}
