using Dapper;
using LeadSync.Contracts;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Importing;
using LeadSync.Mapping.Publishing;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;
using Npgsql;

namespace LeadSync.Mapping.Config;

public sealed record StoredSettings(
    IReadOnlyList<StoredSource> Sources,
    IReadOnlyList<StoredMapping> Mappings,
    IReadOnlyList<StoredRoute> Routes
)
{
    public IReadOnlyList<StoredPull> Pulls { get; init; } = [];

    // Each null when it is not there.
    public StoredSource? Source(string name) => Sources.FirstOrDefault(one => one.Name == name);

    public StoredMapping? Mapping(Guid connectionId, string name) =>
        Mappings.FirstOrDefault(one => one.ConnectionId == connectionId && one.Object == name);

    public StoredRoute? Route(string source, Guid connectionId) =>
        Routes.FirstOrDefault(one => one.Source == source && one.ConnectionId == connectionId);

    public StoredPull? Pull(Guid connectionId, string name) =>
        Pulls.FirstOrDefault(one => one.ConnectionId == connectionId && one.Object == name);
}

/// <summary>Settings that passed every check, with connections found.</summary>
/// <param name="Schemas">As read for the check; kept as the last good ones.</param>
public sealed record SettingsToSave(
    IReadOnlyList<SourceSetting> Sources,
    IReadOnlyList<(Guid ConnectionId, string Object, IReadOnlyList<MappingEntry> Entries)> Mappings,
    IReadOnlyList<(string Source, Guid ConnectionId, bool Enabled, RouteTerms Terms)> Routes,
    IReadOnlyDictionary<(Guid ConnectionId, string Object), CrmSchema> Schemas
)
{
    public IReadOnlyList<(Guid ConnectionId, PullSetting Pull)> Pulls { get; init; } = [];
}

/// <summary>Sources, mappings and routes. Saving what is there already changes nothing: no revision, no re-map.</summary>
public sealed class SettingsStore(
    NpgsqlDataSource database,
    RouteHolds holds,
    SettingHistory history,
    MappingOptions options,
    TimeProvider clock
)
{
    public async Task<StoredSettings> ReadAsync(string workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, null, workspace, cancellationToken);
    }

    /// <param name="expect">Looks at what is there before anything is saved; false: nothing is, and null is returned.</param>
    /// <exception cref="NotHeldException">A route was to be switched off, and Push could not be told; nothing was saved.</exception>
    public async Task<IReadOnlyList<SettingChange>?> SaveAsync(
        SaveCause cause,
        SettingsToSave wanted,
        Func<StoredSettings, bool> expect,
        CancellationToken cancellationToken
    )
    {
        var workspace = cause.Workspace;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var save = new Saving(connection, transaction, workspace, clock.GetUtcNow(), cancellationToken);
        // One save at a time for a workspace: each is compared with what is there.
        await RouteHolds.LockAsync(save);
        // What waited for another save comes after it.
        save = save with
        {
            Now = clock.GetUtcNow(),
        };
        var there = await ReadAsync(connection, transaction, workspace, cancellationToken);
        if (!expect(there))
            return null;
        if (cause.Draft is { } draft && !await DraftStore.TakeAsync(save, draft.Key, draft.Revision))
            return null;

        var changes = new List<SettingChange>();
        foreach (var source in wanted.Sources)
            changes.Add(await StoredSource.SaveAsync(save, source, there.Source(source.Name)));
        var connections = wanted
            .Mappings.Select(mapping => mapping.ConnectionId)
            .Concat(wanted.Routes.Select(route => route.ConnectionId))
            .Concat(wanted.Pulls.Select(pull => pull.ConnectionId))
            .Distinct()
            .Order()
            .ToList();
        foreach (var id in connections)
        {
            await save.ExecuteAsync(
                "insert into connection (id, workspace, revision) values (@id, @workspace, 1) on conflict do nothing",
                new { id, workspace }
            );
            // Connector told that it is this workspace's; a second belief costs little where tenants meet.
            if (
                await save.ExecuteAsync(
                    "update connection set revision = revision where id = @id and workspace = @workspace",
                    new { id, workspace }
                ) != 1
            )
                throw new InvalidOperationException(
                    $"Saving settings of connection {id}, which belongs to another workspace."
                );
        }
        var touched = new HashSet<Guid>();
        foreach (var (connectionId, name, entries) in wanted.Mappings)
        {
            var change = await StoredMapping.SaveAsync(
                save,
                connectionId,
                name,
                entries,
                there.Mapping(connectionId, name)
            );
            changes.Add(change);
            if (change.Change != SettingChange.Unchanged)
                touched.Add(connectionId);
            await SchemaCopies.KeepAsync(
                connection,
                transaction,
                connectionId,
                wanted.Schemas[(connectionId, name)] with
                {
                    Object = name,
                },
                cancellationToken
            );
            await save.ExecuteAsync(
                """
                insert into schema_check (connection_id, object, workspace, check_at) values (@connectionId, @name, @workspace, @at)
                on conflict (connection_id, object) do update set check_at = excluded.check_at, attempt = 0
                """,
                new
                {
                    connectionId,
                    name,
                    workspace,
                    at = save.Now + options.SchemaEvery,
                }
            );
        }
        foreach (var (source, connectionId, enabled, terms) in wanted.Routes)
        {
            var change = await StoredRoute.SaveAsync(
                save,
                source,
                connectionId,
                enabled,
                terms,
                there.Route(source, connectionId)
            );
            changes.Add(change);
            if (change.Change != SettingChange.Unchanged)
                touched.Add(connectionId);
        }
        foreach (var (connectionId, pull) in wanted.Pulls)
            changes.Add(await StoredPull.SaveAsync(save, connectionId, pull, there.Pull(connectionId, pull.Object)));
        // What failed under the settings before is taken up again by DueLeads.
        foreach (var id in touched.Order())
            await save.ExecuteAsync("update connection set revision = revision + 1 where id = @id", new { id });
        var after = await ReadAsync(connection, transaction, workspace, cancellationToken);
        var shapes = ChangedShape.Between(there, after);
        // What would be changed is known now; the transaction ends with nothing done.
        if (cause.IsTrial)
            return Shown(changes, shapes);
        await history.KeepAsync(save, cause, shapes);
        await RemoveSetting.TakeBackAsync(save);
        await holds.SettleAsync(save);
        await transaction.CommitAsync(cancellationToken);
        await holds.TellAsync(workspace, cancellationToken);
        return Shown(changes, shapes);
    }

    private static List<SettingChange> Shown(List<SettingChange> changes, IReadOnlyList<ChangedShape> shapes)
    {
        var byName = shapes.ToDictionary(shape => (shape.Key.Kind, shape.Key.Name));
        return
        [
            .. changes.Select(change =>
                byName.GetValueOrDefault((change.Kind, change.Name)) is { } shape
                    ? change with
                    {
                        Before = shape.Before?.Body,
                        After = shape.After?.Body,
                    }
                    : change
            ),
        ];
    }

    /// <summary>As they stand in a transaction, or without one.</summary>
    public static async Task<StoredSettings> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        string workspace,
        CancellationToken cancellationToken
    )
    {
        using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(
                $"{StoredSource.Select}; {StoredMapping.Select}; {StoredRoute.Select}; {StoredPull.Select}",
                new { workspace },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var sources = await results.ReadAsync<StoredSource.Row>();
        var mappings = await results.ReadAsync<StoredMapping.Row>();
        var routes = await results.ReadAsync<StoredRoute.Row>();
        var pulls = await results.ReadAsync<StoredPull.Row>();
        return new StoredSettings(
            [.. sources.Select(row => row.Stored())],
            [.. mappings.Select(row => row.Stored())],
            [.. routes.Select(row => row.Stored())]
        )
        {
            Pulls = [.. pulls.Select(row => row.Stored())],
        };
    }
}
