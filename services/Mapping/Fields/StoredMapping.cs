using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

public sealed record StoredMapping(
    Guid ConnectionId,
    string Object,
    IReadOnlyList<MappingEntry> Entries,
    DateTimeOffset EnabledAt,
    long Revision
)
{
    /// <summary>Reads those of a workspace, in the order of their connections and objects.</summary>
    public const string Select = """
        select connection_id as "ConnectionId", object as "Object", entries::text as "Entries", enabled_at as "EnabledAt", revision as "Revision"
          from mapping where workspace = @workspace order by connection_id, object
        """;

    /// <summary>A row of <see cref="Select"/>.</summary>
    public sealed record Row(Guid ConnectionId, string Object, string Entries, DateTime EnabledAt, long Revision)
    {
        public StoredMapping Stored() =>
            new(ConnectionId, Object, StoredEntries.Read(Entries), Saving.Utc(EnabledAt), Revision);
    }

    public static async Task<SettingChange> SaveAsync(
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
            return new SettingChange("mapping", label, SettingChange.Unchanged);
        var entries = wanted.Select(entry => StoredEntries.SavedAt(save.Now, entry, before?.Entries));
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
                text = StoredEntries.Write(entries),
                save.Now,
            }
        );
        return new SettingChange("mapping", label, before is null ? SettingChange.Created : SettingChange.Updated);
    }
}
