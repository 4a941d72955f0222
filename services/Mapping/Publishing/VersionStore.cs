using System.Text.Json.Nodes;
using Dapper;
using LeadSync.Mapping.Config;
using Npgsql;

namespace LeadSync.Mapping.Publishing;

/// <summary>A state of a setting that was published.</summary>
/// <param name="Number">From 1; the one in force has the number of the setting's revision.</param>
/// <param name="Change"><c>created</c>, <c>updated</c>, <c>published</c> from a draft, or <c>restored</c>.</param>
/// <param name="RestoredFrom">The version that it repeats; null when it was not restored.</param>
public sealed record SettingVersion(
    long Number,
    DateTimeOffset SavedAt,
    string SavedBy,
    string Change,
    long? RestoredFrom
);

/// <summary>All SQL on <c>setting_version</c>: only ever added to.</summary>
public sealed class VersionStore(NpgsqlDataSource database)
{
    /// <summary>
    /// Keeps what a save brought into force, and gives it the next number as its revision: one more than it ever had, also
    /// when it was removed in between.
    /// </summary>
    public static async Task KeepAsync(Saving save, SaveCause cause, IEnumerable<ChangedShape> changed)
    {
        foreach (var one in changed.Where(one => one.After is not null && SettingKind.Of(one.Key).IsPublished))
        {
            var number = await save.Connection.ExecuteScalarAsync<long>(
                new CommandDefinition(
                    """
                    insert into setting_version (workspace, kind, name, number, body, saved_at, saved_by, change, restored_from)
                    select @Workspace, @Kind, @Name, coalesce(max(number), 0) + 1, @body::jsonb, @Now, @By, @change, @RestoredFrom
                      from setting_version where workspace = @Workspace and kind = @Kind and name = @Name
                    returning number
                    """,
                    new
                    {
                        save.Workspace,
                        one.Key.Kind,
                        one.Key.Name,
                        body = one.After!.Body.ToJsonString(),
                        save.Now,
                        cause.By,
                        change = cause.Change ?? one.Change,
                        cause.RestoredFrom,
                    },
                    save.Transaction,
                    cancellationToken: save.CancellationToken
                )
            );
            if (number != one.After.Revision)
                await NumberAsync(save, one.Key, number);
        }
    }

    private static Task<int> NumberAsync(Saving save, SettingKey key, long number) =>
        save.ExecuteAsync(
            key.Kind switch
            {
                SettingKey.Mappings => """
                update mapping set revision = @number
                 where workspace = @Workspace and connection_id = @ConnectionId and connection_id || '/' || object = @Name
                """,
                SettingKey.Routes => """
                update route set revision = @number
                 where workspace = @Workspace and connection_id = @ConnectionId and source || '/' || connection_id = @Name
                """,
                _ => """
                update pull set revision = @number
                 where workspace = @Workspace and connection_id = @ConnectionId and connection_id || '/' || object = @Name
                """,
            },
            new
            {
                number,
                save.Workspace,
                key.ConnectionId,
                key.Name,
            }
        );

    /// <summary>Newest first.</summary>
    /// <param name="before">Only those before this number; null: from the newest on.</param>
    public async Task<IReadOnlyList<SettingVersion>> ListAsync(
        string workspace,
        SettingKey key,
        long? before,
        int most,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                select number as "Number", saved_at as "SavedAt", saved_by as "SavedBy", change as "Change",
                       restored_from as "RestoredFrom"
                  from setting_version
                 where workspace = @workspace and kind = @Kind and name = @Name
                   and (@before::bigint is null or number < @before)
                 order by number desc
                 limit @most
                """,
                new
                {
                    workspace,
                    key.Kind,
                    key.Name,
                    before,
                    most,
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.Select(row => row.Version())];
    }

    /// <summary>A version with the setting as it was; null when there is none of that number.</summary>
    public async Task<(SettingVersion Version, JsonObject Body)?> FindAsync(
        string workspace,
        SettingKey key,
        long number,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<WholeRow>(
            new CommandDefinition(
                """
                select number as "Number", saved_at as "SavedAt", saved_by as "SavedBy", change as "Change",
                       restored_from as "RestoredFrom", body::text as "Body"
                  from setting_version
                 where workspace = @workspace and kind = @Kind and name = @Name and number = @number
                """,
                new
                {
                    workspace,
                    key.Kind,
                    key.Name,
                    number,
                },
                cancellationToken: cancellationToken
            )
        );
        return row is null ? null : (row.Version(), JsonNode.Parse(row.Body)!.AsObject());
    }

    private record Row(long Number, DateTime SavedAt, string SavedBy, string Change, long? RestoredFrom)
    {
        public SettingVersion Version() => new(Number, Saving.Utc(SavedAt), SavedBy, Change, RestoredFrom);
    }

    private sealed record WholeRow(
        long Number,
        DateTime SavedAt,
        string SavedBy,
        string Change,
        long? RestoredFrom,
        string Body
    ) : Row(Number, SavedAt, SavedBy, Change, RestoredFrom);
}
