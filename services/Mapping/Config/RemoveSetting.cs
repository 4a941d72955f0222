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
/// Removes settings. Their versions stay, so that they can be restored; a lead that was eligible over a removed route is not so
/// over one that is made anew, until it is captured again.
/// </summary>
public sealed class RemoveSetting(
    NpgsqlDataSource database,
    SettingHistory history,
    RouteHolds holds,
    TimeProvider clock,
    ILogger<RemoveSetting> log
)
{
    /// <summary>
    /// Removes one: a route once Push sends nothing over it any more; a mapping only when no route needs it, and what Push has
    /// in hand goes as it was mapped; a pull mapping, so that records become leads no more.
    /// </summary>
    public async Task<RemoveOutcome> RunAsync(
        SaveCause cause,
        SettingKey key,
        Func<long?, bool> expect,
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
        if (Needs(there, key) is { Count: > 0 } faults)
            return new RemoveOutcome.Needed(faults);
        try
        {
            await RemoveAsync(save, key);
        }
        catch (NotHeldException)
        {
            log.LogWarning("A route of {Workspace} was not removed, for Push does not answer", cause.Workspace);
            return new RemoveOutcome.NotHeld();
        }
        await history.KeepAsync(save, cause, [new ChangedShape(key, shown, After: null)]);
        await transaction.CommitAsync(cancellationToken);
        return new RemoveOutcome.Removed();
    }

    private async Task RemoveAsync(Saving save, SettingKey key)
    {
        var one = new
        {
            save.Workspace,
            save.Now,
            key.ConnectionId,
            source = key.Kind == SettingKey.Routes ? key.SourceName : null,
            objectName = key.Kind == SettingKey.Routes ? null : key.ObjectName,
        };
        if (key.Kind == SettingKey.Pulls)
        {
            await save.ExecuteAsync(
                "delete from pull where workspace = @Workspace and connection_id = @ConnectionId and object = @objectName",
                one
            );
            return;
        }
        if (key.Kind == SettingKey.Mappings)
            await save.ExecuteAsync(
                """
                delete from mapping where workspace = @Workspace and connection_id = @ConnectionId and object = @objectName;
                delete from schema_check where connection_id = @ConnectionId and object = @objectName;
                delete from schema_copy where connection_id = @ConnectionId and object = @objectName
                """,
                one
            );
        else
        {
            await save.ExecuteAsync(
                "update route set enabled = false where workspace = @Workspace and source = @source and connection_id = @ConnectionId",
                one
            );
            await holds.SettleAsync(save);
            await save.ExecuteAsync(
                """
                insert into removed_route (workspace, source, connection_id, removed_at)
                values (@Workspace, @source, @ConnectionId, @Now);
                delete from route where workspace = @Workspace and source = @source and connection_id = @ConnectionId
                """,
                one
            );
        }
        // What failed is decided again by what is left.
        await save.ExecuteAsync("update connection set revision = revision + 1 where id = @ConnectionId", one);
    }

    private static List<FieldFault> Needs(StoredSettings there, SettingKey key) =>
        key is { Kind: SettingKey.Mappings, ConnectionId: { } id }
            ? [.. Creating(there, id, key.ObjectName), .. Overriding(there, id, key.ObjectName)]
            : [];

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
