using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Routes;

public sealed record StoredRoute(
    string Source,
    Guid ConnectionId,
    bool Enabled,
    DateTimeOffset EnabledAt,
    string CreateAs,
    long Revision
)
{
    /// <summary>Reads those of a workspace, in the order of their sources and connections.</summary>
    public const string Select = """
        select source as "Source", connection_id as "ConnectionId", enabled as "Enabled", enabled_at as "EnabledAt",
               create_as as "CreateAs", revision as "Revision"
          from route where workspace = @workspace order by source, connection_id
        """;

    /// <summary>A row of <see cref="Select"/>.</summary>
    public sealed record Row(
        string Source,
        Guid ConnectionId,
        bool Enabled,
        DateTime EnabledAt,
        string CreateAs,
        long Revision
    )
    {
        public StoredRoute Stored() => new(Source, ConnectionId, Enabled, Saving.Utc(EnabledAt), CreateAs, Revision);
    }

    public static async Task<SettingChange> SaveAsync(
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
            return new SettingChange("route", label, SettingChange.Unchanged);
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
        return new SettingChange("route", label, before is null ? SettingChange.Created : SettingChange.Updated);
    }
}
