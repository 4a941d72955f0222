using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Routes;

public sealed record StoredRoute(
    string Source,
    Guid ConnectionId,
    bool Enabled,
    DateTimeOffset EnabledAt,
    RouteTerms Terms,
    long Revision
)
{
    /// <summary>Reads those of a workspace, in the order of their sources and connections.</summary>
    public const string Select = """
        select source as "Source", connection_id as "ConnectionId", enabled as "Enabled", enabled_at as "EnabledAt",
               create_as as "CreateAs", terms::text as "Terms", revision as "Revision"
          from route where workspace = @workspace order by source, connection_id
        """;

    /// <summary>A row of <see cref="Select"/>.</summary>
    public sealed record Row(
        string Source,
        Guid ConnectionId,
        bool Enabled,
        DateTime EnabledAt,
        string CreateAs,
        string? Terms,
        long Revision
    )
    {
        public StoredRoute Stored() =>
            new(Source, ConnectionId, Enabled, Saving.Utc(EnabledAt), ReadTerms(CreateAs, Terms), Revision);
    }

    /// <summary>Terms as they are stored; rows from before there were any have the object alone.</summary>
    public static RouteTerms ReadTerms(string createAs, string? terms)
    {
        if (terms is null)
            return new RouteTerms(createAs);
        var reader = new SettingReader();
        return RouteTerms.Read(reader, JsonElement.Parse(terms), "", isStored: true)
            ?? throw new InvalidOperationException(
                $"Reading a stored route: {string.Join("; ", reader.Faults.Select(fault => $"{fault.Field} {fault.Reason}"))}."
            );
    }

    public static async Task<SettingChange> SaveAsync(
        Saving save,
        string source,
        Guid connectionId,
        bool enabled,
        RouteTerms terms,
        StoredRoute? before
    )
    {
        var label = $"{source}/{connectionId}";
        if (before is not null && before.Enabled == enabled && before.Terms.SaysTheSameAs(terms))
            return new SettingChange("route", label, SettingChange.Unchanged);
        var saved = terms with
        {
            Overrides = [.. terms.Overrides.Select(one => one.SavedAt(save.Now, before?.Terms.Overrides ?? []))],
        };
        await save.ExecuteAsync(
            """
            insert into route (workspace, source, connection_id, enabled, enabled_at, create_as, terms, held, revision)
            values (@Workspace, @source, @connectionId, @enabled, @enabledAt, @CreateAs, @text::jsonb, not @enabled, 1)
            on conflict (workspace, source, connection_id) do update
               set enabled = excluded.enabled, enabled_at = excluded.enabled_at, create_as = excluded.create_as,
                   terms = excluded.terms, revision = route.revision + 1
            """,
            new
            {
                save.Workspace,
                source,
                connectionId,
                enabled,
                // Other terms are no interruption.
                enabledAt = before is not null && before.Enabled == enabled ? before.EnabledAt : save.Now,
                terms.CreateAs,
                text = RouteTerms.Write(new JsonObject(), saved, isStored: true).ToJsonString(),
            }
        );
        return new SettingChange("route", label, before is null ? SettingChange.Created : SettingChange.Updated);
    }
}
