using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Importing;

/// <summary>How records of a connection's object become leads.</summary>
public sealed record StoredPull(
    Guid ConnectionId,
    string Object,
    string Source,
    bool Enabled,
    IReadOnlyList<PullField> Fields,
    long Revision
)
{
    /// <summary>Reads those of a workspace, in the order of their connections and objects.</summary>
    public const string Select = """
        select connection_id as "ConnectionId", object as "Object", source as "Source", enabled as "Enabled",
               fields::text as "Fields", revision as "Revision"
          from pull where workspace = @workspace order by connection_id, object
        """;

    /// <summary>A row of <see cref="Select"/>.</summary>
    public sealed record Row(
        Guid ConnectionId,
        string Object,
        string Source,
        bool Enabled,
        string Fields,
        long Revision
    )
    {
        public StoredPull Stored() => new(ConnectionId, Object, Source, Enabled, PullSetting.Parse(Fields), Revision);
    }

    public static async Task<SettingChange> SaveAsync(
        Saving save,
        Guid connectionId,
        PullSetting wanted,
        StoredPull? before
    )
    {
        var label = $"{connectionId}/{wanted.Object}";
        var fields = wanted.Fields.Select(setting => setting.Field).ToList();
        if (
            before is not null
            && (before.Source, before.Enabled) == (wanted.Source, wanted.Enabled)
            && before.Fields.SequenceEqual(fields)
        )
            return new SettingChange("pull", label, SettingChange.Unchanged);
        await save.ExecuteAsync(
            """
            insert into pull (connection_id, object, workspace, source, enabled, fields, revision)
            values (@connectionId, @Object, @Workspace, @Source, @Enabled, @text::jsonb, 1)
            on conflict (connection_id, object) do update
               set source = excluded.source, enabled = excluded.enabled, fields = excluded.fields,
                   revision = pull.revision + 1
            """,
            new
            {
                connectionId,
                wanted.Object,
                save.Workspace,
                wanted.Source,
                wanted.Enabled,
                text = PullSetting.Write(fields).ToJsonString(),
            }
        );
        return new SettingChange("pull", label, before is null ? SettingChange.Created : SettingChange.Updated);
    }
}
