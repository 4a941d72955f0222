using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Sources;

/// <param name="Declared">False: only seen in captures so far.</param>
/// <param name="Fields">Its own, beside the standard ones.</param>
public sealed record StoredSource(
    string Name,
    bool Declared,
    bool Enabled,
    DateTimeOffset EnabledAt,
    IReadOnlyList<LeadField> Fields,
    long Revision
)
{
    /// <summary>Reads those of a workspace, in the order of their names.</summary>
    public const string Select = """
        select name as "Name", declared as "Declared", enabled as "Enabled", enabled_at as "EnabledAt",
               fields::text as "Fields", revision as "Revision"
          from source where workspace = @workspace order by name
        """;

    /// <summary>A row of <see cref="Select"/>.</summary>
    public sealed record Row(string Name, bool Declared, bool Enabled, DateTime EnabledAt, string Fields, long Revision)
    {
        public StoredSource Stored() =>
            new(Name, Declared, Enabled, Saving.Utc(EnabledAt), FieldSetting.Parse(Fields), Revision);
    }

    public static async Task<SettingChange> SaveAsync(Saving save, SourceSetting source, StoredSource? before)
    {
        if (
            before is { Declared: true }
            && before.Enabled == source.Enabled
            && before.Fields.Count == source.Fields.Count
            && before.Fields.Zip(source.Fields).All(pair => pair.First.SaysTheSameAs(pair.Second))
        )
            return new SettingChange("source", source.Name, SettingChange.Unchanged);
        await save.ExecuteAsync(
            """
            insert into source (workspace, name, declared, enabled, enabled_at, fields, revision)
            values (@Workspace, @Name, true, @Enabled, @enabledAt, @fields::jsonb, 1)
            on conflict (workspace, name) do update
               set declared = true, enabled = excluded.enabled, enabled_at = excluded.enabled_at, fields = excluded.fields,
                   revision = source.revision + 1
            """,
            new
            {
                save.Workspace,
                source.Name,
                source.Enabled,
                // Other fields are no interruption.
                enabledAt = before is { Declared: true } && before.Enabled == source.Enabled
                    ? before.EnabledAt
                    : save.Now,
                fields = FieldSetting.Write(source.Fields).ToJsonString(),
            }
        );
        return new SettingChange(
            "source",
            source.Name,
            before is { Declared: true } ? SettingChange.Updated : SettingChange.Created
        );
    }
}
