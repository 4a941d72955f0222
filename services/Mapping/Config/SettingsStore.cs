using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;
using Npgsql;

namespace LeadSync.Mapping.Config;

/// <param name="Declared">False: only seen in captures so far.</param>
public sealed record StoredSource(string Name, bool Declared, bool Enabled, DateTimeOffset EnabledAt, long Revision);

public sealed record StoredRoute(
    string Source,
    Guid ConnectionId,
    bool Enabled,
    DateTimeOffset EnabledAt,
    string CreateAs,
    long Revision
);

public sealed record StoredMapping(
    Guid ConnectionId,
    string Object,
    IReadOnlyList<MappingEntry> Entries,
    DateTimeOffset EnabledAt,
    long Revision
);

public sealed record StoredSettings(
    IReadOnlyList<StoredSource> Sources,
    IReadOnlyList<StoredMapping> Mappings,
    IReadOnlyList<StoredRoute> Routes
);

/// <summary>What saving did to one setting.</summary>
public sealed record SettingChange(string Kind, string Name, string Change);

/// <summary>Settings that passed every check, with connections found.</summary>
/// <param name="Schemas">As read for the check; kept as the last good ones.</param>
public sealed record SettingsToSave(
    IReadOnlyList<SourceSetting> Sources,
    IReadOnlyList<(Guid ConnectionId, string Object, IReadOnlyList<MappingEntry> Entries)> Mappings,
    IReadOnlyList<(string Source, Guid ConnectionId, bool Enabled, string CreateAs)> Routes,
    IReadOnlyDictionary<(Guid ConnectionId, string Object), CrmSchema> Schemas
);

/// <summary>Sources, mappings and routes. Saving what is there already changes nothing: no revision, no re-map.</summary>
public sealed class SettingsStore(NpgsqlDataSource database, MappingOptions options, TimeProvider clock)
{
    public async Task<StoredSettings> ReadAsync(string workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, null, workspace, cancellationToken);
    }

    /// <param name="expect">Looks at what is there before anything is saved; false: nothing is, and null is returned.</param>
    public async Task<IReadOnlyList<SettingChange>?> SaveAsync(
        string workspace,
        SettingsToSave wanted,
        Func<StoredSettings, bool> expect,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var save = new Saving(connection, transaction, workspace, clock.GetUtcNow(), cancellationToken);
        // One save at a time for a workspace: each is compared with what is there.
        await save.ExecuteAsync(
            "select pg_advisory_xact_lock(hashtextextended(@workspace, 7305441271))",
            new { workspace }
        );
        var there = await ReadAsync(connection, transaction, workspace, cancellationToken);
        if (!expect(there))
            return null;

        var changes = new List<SettingChange>();
        foreach (var source in wanted.Sources)
            changes.Add(
                await SaveSourceAsync(save, source, there.Sources.FirstOrDefault(one => one.Name == source.Name))
            );
        var connections = wanted
            .Mappings.Select(mapping => mapping.ConnectionId)
            .Concat(wanted.Routes.Select(route => route.ConnectionId))
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
            var before = there.Mappings.FirstOrDefault(one => one.ConnectionId == connectionId && one.Object == name);
            var change = await SaveMappingAsync(save, connectionId, name, entries, before);
            changes.Add(change);
            if (change.Change != Unchanged)
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
        foreach (var (source, connectionId, enabled, createAs) in wanted.Routes)
        {
            var before = there.Routes.FirstOrDefault(one => one.Source == source && one.ConnectionId == connectionId);
            var change = await SaveRouteAsync(save, source, connectionId, enabled, createAs, before);
            changes.Add(change);
            if (change.Change != Unchanged)
                touched.Add(connectionId);
        }
        // What failed under the settings before is taken up again by DueLeads.
        foreach (var id in touched.Order())
            await save.ExecuteAsync("update connection set revision = revision + 1 where id = @id", new { id });
        await transaction.CommitAsync(cancellationToken);
        return changes;
    }

    private const string Created = "created";
    private const string Updated = "updated";
    private const string Unchanged = "unchanged";

    private static async Task<SettingChange> SaveSourceAsync(Saving save, SourceSetting source, StoredSource? before)
    {
        if (before is { Declared: true } && before.Enabled == source.Enabled)
            return new SettingChange("source", source.Name, Unchanged);
        await save.ExecuteAsync(
            """
            insert into source (workspace, name, declared, enabled, enabled_at, revision)
            values (@Workspace, @Name, true, @Enabled, @Now, 1)
            on conflict (workspace, name) do update
               set declared = true, enabled = excluded.enabled, enabled_at = excluded.enabled_at, revision = source.revision + 1
            """,
            new
            {
                save.Workspace,
                source.Name,
                source.Enabled,
                save.Now,
            }
        );
        return new SettingChange("source", source.Name, before is { Declared: true } ? Updated : Created);
    }

    private static async Task<SettingChange> SaveMappingAsync(
        Saving save,
        Guid connectionId,
        string name,
        IReadOnlyList<MappingEntry> wanted,
        StoredMapping? before
    )
    {
        var label = $"{connectionId}/{name}";
        if (
            before is not null
            && before.Entries.Count == wanted.Count
            && before.Entries.Zip(wanted).All(pair => pair.First.SaysTheSameAs(pair.Second))
        )
            return new SettingChange("mapping", label, Unchanged);
        var entries = wanted
            .Select(entry =>
                entry with
                {
                    SavedAt = before?.Entries.FirstOrDefault(one => one.SaysTheSameAs(entry))?.SavedAt ?? save.Now,
                }
            )
            .ToList();
        await save.ExecuteAsync(
            """
            insert into mapping (connection_id, object, workspace, entries, enabled_at, revision)
            values (@connectionId, @name, @Workspace, @text::jsonb, @Now, 1)
            on conflict (connection_id, object) do update
               set entries = excluded.entries, revision = mapping.revision + 1
            """,
            new
            {
                connectionId,
                name,
                save.Workspace,
                text = JsonSerializer.Serialize(entries, FieldJson.Default.ListMappingEntry),
                save.Now,
            }
        );
        return new SettingChange("mapping", label, before is null ? Created : Updated);
    }

    private static async Task<SettingChange> SaveRouteAsync(
        Saving save,
        string source,
        Guid connectionId,
        bool enabled,
        string createAs,
        StoredRoute? before
    )
    {
        var label = $"{source}/{connectionId}";
        if (before is not null && before.Enabled == enabled && before.CreateAs == createAs)
            return new SettingChange("route", label, Unchanged);
        await save.ExecuteAsync(
            """
            insert into route (workspace, source, connection_id, enabled, enabled_at, create_as, revision)
            values (@Workspace, @source, @connectionId, @enabled, @enabledAt, @createAs, 1)
            on conflict (workspace, source, connection_id) do update
               set enabled = excluded.enabled, enabled_at = excluded.enabled_at, create_as = excluded.create_as,
                   revision = route.revision + 1
            """,
            new
            {
                save.Workspace,
                source,
                connectionId,
                enabled,
                // Another object to create is no interruption.
                enabledAt = before is not null && before.Enabled == enabled ? before.EnabledAt : save.Now,
                createAs,
            }
        );
        return new SettingChange("route", label, before is null ? Created : Updated);
    }

    private static async Task<StoredSettings> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        string workspace,
        CancellationToken cancellationToken
    )
    {
        using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(
                """
                select name as "Name", declared as "Declared", enabled as "Enabled", enabled_at as "EnabledAt", revision as "Revision"
                  from source where workspace = @workspace order by name;
                select connection_id as "ConnectionId", object as "Object", entries::text as "Entries", enabled_at as "EnabledAt", revision as "Revision"
                  from mapping where workspace = @workspace order by connection_id, object;
                select source as "Source", connection_id as "ConnectionId", enabled as "Enabled", enabled_at as "EnabledAt",
                       create_as as "CreateAs", revision as "Revision"
                  from route where workspace = @workspace order by source, connection_id;
                """,
                new { workspace },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var sources = (await results.ReadAsync<SourceRow>()).Select(row => new StoredSource(
            row.Name,
            row.Declared,
            row.Enabled,
            Utc(row.EnabledAt),
            row.Revision
        ));
        var mappings = (await results.ReadAsync<MappingRow>()).Select(row => new StoredMapping(
            row.ConnectionId,
            row.Object,
            JsonSerializer.Deserialize(row.Entries, FieldJson.Default.ListMappingEntry)!,
            Utc(row.EnabledAt),
            row.Revision
        ));
        var routes = (await results.ReadAsync<RouteRow>()).Select(row => new StoredRoute(
            row.Source,
            row.ConnectionId,
            row.Enabled,
            Utc(row.EnabledAt),
            row.CreateAs,
            row.Revision
        ));
        return new StoredSettings([.. sources], [.. mappings], [.. routes]);
    }

    private static DateTimeOffset Utc(DateTime instant) => new(DateTime.SpecifyKind(instant, DateTimeKind.Utc));

    private sealed record SourceRow(string Name, bool Declared, bool Enabled, DateTime EnabledAt, long Revision);

    private sealed record MappingRow(
        Guid ConnectionId,
        string Object,
        string Entries,
        DateTime EnabledAt,
        long Revision
    );

    private sealed record RouteRow(
        string Source,
        Guid ConnectionId,
        bool Enabled,
        DateTime EnabledAt,
        string CreateAs,
        long Revision
    );

    private sealed record Saving(
        NpgsqlConnection Connection,
        NpgsqlTransaction Transaction,
        string Workspace,
        DateTimeOffset Now,
        CancellationToken CancellationToken
    )
    {
        public Task<int> ExecuteAsync(string sql, object parameters) =>
            Connection.ExecuteAsync(
                new CommandDefinition(sql, parameters, Transaction, cancellationToken: CancellationToken)
            );
    }
}
