using LeadSync.Hosting.Web;
using LeadSync.Mapping.Routes;
using Npgsql;

namespace LeadSync.Mapping.Config;

/// <summary>What came of removing a setting.</summary>
public abstract record RemoveOutcome
{
    private RemoveOutcome() { }

    public sealed record Removed : RemoveOutcome;

    public sealed record NotThere : RemoveOutcome;

    /// <summary>It is not what the caller thought any more.</summary>
    public sealed record Stale : RemoveOutcome;

    /// <summary>Other settings need it.</summary>
    public sealed record Needed(IReadOnlyList<FieldFault> Faults) : RemoveOutcome;

    /// <summary>Push does not answer, so it cannot be promised that nothing is sent any more; nothing was removed.</summary>
    public sealed record NotHeld : RemoveOutcome;
}

/// <summary>
/// Removes mappings and routes. Their versions stay, so that they can be restored; a lead that was eligible over a removed
/// route is not so over one that is made anew, until it is captured again.
/// </summary>
public sealed class RemoveSetting(
    NpgsqlDataSource database,
    SettingHistory history,
    RouteHolds holds,
    TimeProvider clock,
    ILogger<RemoveSetting> log
)
{
    /// <summary>Removes a route. The answer comes when Push sends nothing over it any more.</summary>
    public async Task<RemoveOutcome> RemoveRouteAsync(
        SaveCause cause,
        string source,
        Guid connectionId,
        Func<long?, bool> expect,
        CancellationToken cancellationToken
    )
    {
        var key = SettingKey.Route(source, connectionId);
        try
        {
            return await RemoveAsync(
                cause,
                key,
                expect,
                async save =>
                {
                    var route = new
                    {
                        save.Workspace,
                        source,
                        connectionId,
                        save.Now,
                    };
                    await save.ExecuteAsync(
                        "update route set enabled = false where workspace = @Workspace and source = @source and connection_id = @connectionId",
                        route
                    );
                    await holds.SettleAsync(save);
                    await save.ExecuteAsync(
                        """
                        insert into removed_route (workspace, source, connection_id, removed_at)
                        values (@Workspace, @source, @connectionId, @Now);
                        delete from route where workspace = @Workspace and source = @source and connection_id = @connectionId
                        """,
                        route
                    );
                },
                _ => [],
                cancellationToken
            );
        }
        catch (NotHeldException)
        {
            log.LogWarning("A route of {Workspace} was not removed, for Push does not answer", cause.Workspace);
            return new RemoveOutcome.NotHeld();
        }
    }

    /// <summary>Removes a mapping that no route creates records by. What Push has in hand goes as it was mapped.</summary>
    public Task<RemoveOutcome> RemoveMappingAsync(
        SaveCause cause,
        Guid connectionId,
        string objectName,
        Func<long?, bool> expect,
        CancellationToken cancellationToken
    ) =>
        RemoveAsync(
            cause,
            SettingKey.Mapping(connectionId, objectName),
            expect,
            save =>
                save.ExecuteAsync(
                    """
                    delete from mapping where workspace = @Workspace and connection_id = @connectionId and object = @objectName;
                    delete from schema_check where connection_id = @connectionId and object = @objectName;
                    delete from schema_copy where connection_id = @connectionId and object = @objectName
                    """,
                    new
                    {
                        save.Workspace,
                        connectionId,
                        objectName,
                    }
                ),
            there => [.. Creating(there, connectionId, objectName), .. Overriding(there, connectionId, objectName)],
            cancellationToken
        );

    private static List<FieldFault> Creating(StoredSettings there, Guid connectionId, string objectName) =>
        [
            .. there
                .Routes.Where(route => route.ConnectionId == connectionId)
                .Where(route =>
                    route.Terms.CreateAs == objectName || route.Terms.CreateCases.Any(one => one.Object == objectName)
                )
                .Select(route => new FieldFault(
                    "object",
                    $"is what the route {route.Source}/{connectionId} creates",
                    "Have that route create another object, or remove it first."
                )),
        ];

    private static IEnumerable<FieldFault> Overriding(StoredSettings there, Guid connectionId, string objectName) =>
        there
            .Routes.Where(route =>
                route.ConnectionId == connectionId && route.Terms.Overrides.Any(one => one.Object == objectName)
            )
            .Select(route => new FieldFault(
                "object",
                $"is what the route {route.Source}/{connectionId} overrides",
                "Take the override out of that route, or remove the route first."
            ));

    private async Task<RemoveOutcome> RemoveAsync(
        SaveCause cause,
        SettingKey key,
        Func<long?, bool> expect,
        Func<Saving, Task> remove,
        Func<StoredSettings, IReadOnlyList<FieldFault>> needs,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var save = new Saving(connection, transaction, cause.Workspace, clock.GetUtcNow(), cancellationToken);
        await RouteHolds.LockAsync(save);
        save = save with { Now = clock.GetUtcNow() };
        var there = await SettingsStore.ReadAsync(connection, transaction, cause.Workspace, cancellationToken);
        if (ShownSetting.All(there).GetValueOrDefault(key) is not { } shown)
            return new RemoveOutcome.NotThere();
        if (!expect(shown.Revision))
            return new RemoveOutcome.Stale();
        if (needs(there) is { Count: > 0 } faults)
            return new RemoveOutcome.Needed(faults);
        await remove(save);
        await save.ExecuteAsync(
            "update connection set revision = revision + 1 where id = @ConnectionId",
            new { key.ConnectionId }
        );
        await history.KeepAsync(save, cause, [new ChangedShape(key, shown, After: null)]);
        await transaction.CommitAsync(cancellationToken);
        return new RemoveOutcome.Removed();
    }

    /// <summary>Of routes that were removed and are made anew: says that Push still holds them, so that it is told when it need not.</summary>
    public static Task TakeBackAsync(Saving save) =>
        save.ExecuteAsync(
            """
            with back as (
                delete from removed_route g using route r
                 where g.workspace = @Workspace and r.workspace = g.workspace and r.source = g.source
                   and r.connection_id = g.connection_id
                returning g.source, g.connection_id)
            update route r set held = true
              from back where r.workspace = @Workspace and r.source = back.source and r.connection_id = back.connection_id
            """,
            new { save.Workspace }
        );
}
