using System.Text.Json;
using Dapper;
using LeadSync.Audit.History;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Audit.Settings;

/// <summary>One change of a setting.</summary>
/// <param name="ChangedBy">An API key's name, a user's id, or <c>leadsync</c> for what happened by itself.</param>
/// <param name="Service">Who keeps the setting: <c>mapping</c>.</param>
/// <param name="Setting">What it is: <c>route</c>.</param>
/// <param name="Name">Which one, as its address has it.</param>
/// <param name="Change">What was done: <c>created</c>, <c>updated</c>, <c>removed</c> …</param>
/// <param name="ConnectionId">Null when it concerns none, or several.</param>
/// <param name="Before">Null when it was not there.</param>
/// <param name="After">Null when it is gone.</param>
public sealed record ShownSettingChange(
    Guid EventId,
    DateTimeOffset OccurredAt,
    string ChangedBy,
    string Service,
    string Setting,
    string Name,
    string Change,
    Guid? ConnectionId,
    JsonElement? Before,
    JsonElement? After
);

/// <summary>Which changes are asked for; null asks for any.</summary>
/// <param name="Before">Only those before this one, newest first.</param>
public sealed record SettingQuery(
    string Workspace,
    string? Service,
    string? Setting,
    string? Name,
    Guid? ConnectionId,
    SettingCursor? Before
);

/// <summary>A place in the history, from the newest back.</summary>
public sealed record SettingCursor(DateTimeOffset At, Guid EventId);

/// <summary>All SQL on <c>setting_change</c>: what was changed, each once, never changed again.</summary>
public sealed class SettingHistory(NpgsqlDataSource database)
{
    public async Task AddAsync(
        IReadOnlyCollection<(string Workspace, ChangedSetting Item)> changes,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into setting_change
                    (workspace, event_id, occurred_at, changed_by, service, setting, name, change, connection_id, before, after)
                select workspace, event_id, occurred_at, changed_by, service, setting, name, change, connection_id,
                       before::jsonb, after::jsonb
                from unnest(@workspaces, @ids, @instants, @changedBy, @services, @settings, @names, @changes, @connectionIds,
                            @before, @after)
                    as c (workspace, event_id, occurred_at, changed_by, service, setting, name, change, connection_id, before, after)
                order by workspace, event_id
                on conflict do nothing
                """,
                new
                {
                    workspaces = changes.Select(change => change.Workspace).ToArray(),
                    ids = changes.Select(change => change.Item.EventId).ToArray(),
                    instants = changes.Select(change => Standing.InstantOf(change.Item)).ToArray(),
                    changedBy = changes.Select(change => change.Item.ChangedBy).ToArray(),
                    services = changes.Select(change => change.Item.Service).ToArray(),
                    settings = changes.Select(change => change.Item.Setting).ToArray(),
                    names = changes.Select(change => change.Item.Name).ToArray(),
                    changes = changes.Select(change => change.Item.Change).ToArray(),
                    connectionIds = changes.Select(change => change.Item.ConnectionId).ToArray(),
                    before = changes.Select(change => change.Item.Before?.GetRawText()).ToArray(),
                    after = changes.Select(change => change.Item.After?.GetRawText()).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ShownSettingChange>> ReadAsync(
        SettingQuery query,
        int most,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                select event_id, occurred_at, changed_by, service, setting, name, change, connection_id,
                       before::text as before, after::text as after
                from setting_change
                where workspace = @Workspace
                    and (@Service::text is null or service = @Service)
                    and (@Setting::text is null or setting = @Setting)
                    and (@Name::text is null or name = @Name)
                    and (@ConnectionId::uuid is null or connection_id = @ConnectionId)
                    and (@at::timestamptz is null or (occurred_at, event_id) < (@at, @id))
                order by occurred_at desc, event_id desc
                limit @most
                """,
                new
                {
                    query.Workspace,
                    query.Service,
                    query.Setting,
                    query.Name,
                    query.ConnectionId,
                    at = query.Before?.At,
                    id = query.Before?.EventId,
                    most,
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.Select(row => row.Shown())];
    }

    private sealed record Row
    {
        public required Guid EventId { get; init; }
        public required DateTimeOffset OccurredAt { get; init; }
        public required string ChangedBy { get; init; }
        public required string Service { get; init; }
        public required string Setting { get; init; }
        public required string Name { get; init; }
        public required string Change { get; init; }
        public Guid? ConnectionId { get; init; }
        public string? Before { get; init; }
        public string? After { get; init; }

        public ShownSettingChange Shown() =>
            new(
                EventId,
                OccurredAt,
                ChangedBy,
                Service,
                Setting,
                Name,
                Change,
                ConnectionId,
                Json(Before),
                Json(After)
            );

        private static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);
    }
}
