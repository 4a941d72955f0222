using System.Text.Json.Nodes;
using Dapper;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Leads;
using Npgsql;

namespace LeadSync.Mapping.Publishing;

/// <summary>What somebody prepares for a setting.</summary>
/// <param name="Body">As it was sent, perhaps faulty.</param>
/// <param name="BasedOn">The version in force when it was saved; null: there was none.</param>
public sealed record Draft(JsonObject Body, long Revision, long? BasedOn, DateTimeOffset SavedAt, string SavedBy);

/// <summary>All SQL on <c>setting_draft</c>: one draft for each setting.</summary>
public sealed class DraftStore(NpgsqlDataSource database, TimeProvider clock)
{
    public async Task<Draft?> FindAsync(string workspace, SettingKey key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(
                """
                select body::text as "Body", revision as "Revision", based_on as "BasedOn", saved_at as "SavedAt", saved_by as "SavedBy"
                  from setting_draft where workspace = @workspace and kind = @Kind and name = @Name
                """,
                new
                {
                    workspace,
                    key.Kind,
                    key.Name,
                },
                cancellationToken: cancellationToken
            )
        );
        return row?.Draft();
    }

    /// <summary>Saves it in the place of the one before.</summary>
    /// <param name="expect">The revision that must be there; null: whatever is there.</param>
    /// <returns>False: another one is there.</returns>
    public async Task<bool> SaveAsync(
        SaveCause cause,
        SettingKey key,
        JsonObject body,
        long? basedOn,
        long? expect,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return await connection.ExecuteAsync(
                new CommandDefinition(
                    """
                    insert into setting_draft as d (workspace, kind, name, body, revision, based_on, saved_at, saved_by)
                    select @Workspace, @Kind, @Name, @body::jsonb, @revision, @basedOn, @now, @By
                     where @expect::bigint is null
                        or exists (select from setting_draft
                                    where workspace = @Workspace and kind = @Kind and name = @Name and revision = @expect)
                    on conflict (workspace, kind, name) do update
                       set body = excluded.body, revision = greatest(excluded.revision, d.revision + 1),
                           based_on = excluded.based_on, saved_at = excluded.saved_at, saved_by = excluded.saved_by
                     where @expect::bigint is null or d.revision = @expect
                    """,
                    new
                    {
                        cause.Workspace,
                        key.Kind,
                        key.Name,
                        body = body.ToJsonString(),
                        revision = Versions.Of(now),
                        basedOn,
                        now,
                        cause.By,
                        expect,
                    },
                    cancellationToken: cancellationToken
                )
            ) == 1;
    }

    /// <param name="expect">The revision that must be there; null: whatever is there.</param>
    /// <returns>False: none, or another one, is there.</returns>
    public async Task<bool> RemoveAsync(
        string workspace,
        SettingKey key,
        long? expect,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(
                new CommandDefinition(
                    """
                    delete from setting_draft
                     where workspace = @workspace and kind = @Kind and name = @Name and (@expect::bigint is null or revision = @expect)
                    """,
                    new
                    {
                        workspace,
                        key.Kind,
                        key.Name,
                        expect,
                    },
                    cancellationToken: cancellationToken
                )
            ) == 1;
    }

    /// <summary>Takes a draft away in the transaction that publishes it.</summary>
    /// <returns>False: it was saved anew or removed meanwhile, and must not be published.</returns>
    public static async Task<bool> TakeAsync(Saving save, SettingKey key, long revision) =>
        await save.ExecuteAsync(
            "delete from setting_draft where workspace = @Workspace and kind = @Kind and name = @Name and revision = @revision",
            new
            {
                save.Workspace,
                key.Kind,
                key.Name,
                revision,
            }
        ) == 1;

    private sealed record Row(string Body, long Revision, long? BasedOn, DateTime SavedAt, string SavedBy)
    {
        public Draft Draft() => new(JsonNode.Parse(Body)!.AsObject(), Revision, BasedOn, Saving.Utc(SavedAt), SavedBy);
    }
}
