using System.Text.Json;
using Dapper;
using LeadSync.Hosting.Changes;
using Npgsql;

namespace LeadSync.Gateway.Access;

/// <summary>An API key as it is kept; the secret itself is kept nowhere.</summary>
public sealed record ApiKeyRow(
    string Id,
    string Workspace,
    string Name,
    string Role,
    string? Source,
    byte[] SecretHash,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt
);

/// <summary>All SQL on workspaces and API keys. Who made or revoked a key is written down with it.</summary>
public sealed class ApiKeyStore(NpgsqlDataSource database, SettingChanges changes)
{
    private const string Columns =
        "id, workspace, name, role, source, secret_hash, created_at, created_by, expires_at, revoked_at, last_used_at";

    public async Task<ApiKeyRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<ApiKeyRow>(
            new CommandDefinition(
                $"select {Columns} from api_key where id = @id",
                new { id },
                cancellationToken: cancellationToken
            )
        );
    }

    public async Task<IReadOnlyList<ApiKeyRow>> ListAsync(string workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<ApiKeyRow>(
            new CommandDefinition(
                $"select {Columns} from api_key where workspace = @workspace order by created_at, id",
                new { workspace },
                cancellationToken: cancellationToken
            )
        );
        return rows.AsList();
    }

    /// <summary>Adds a key, and its workspace where that is new. False: a key with this id is there already.</summary>
    public async Task<bool> AddAsync(ApiKeyRow key, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "insert into workspace (name, created_at) values (@Workspace, @CreatedAt) on conflict do nothing",
                key,
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var added = await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into api_key (id, workspace, name, role, source, secret_hash, created_at, created_by, expires_at)
                values (@Id, @Workspace, @Name, @Role, @Source, @SecretHash, @CreatedAt, @CreatedBy, @ExpiresAt)
                on conflict do nothing
                """,
                key,
                transaction,
                cancellationToken: cancellationToken
            )
        );
        if (added == 1)
            await changes.AddAsync(
                transaction,
                key.Workspace,
                key.CreatedBy,
                key.CreatedAt,
                [new SettingEdit("key", key.Id, "created", Before: null, Shown(key))],
                cancellationToken
            );
        await transaction.CommitAsync(cancellationToken);
        return added == 1;
    }

    /// <summary>Revokes a key for ever; the first revocation's instant stays. False: the workspace has no such key.</summary>
    public async Task<bool> RevokeAsync(
        string workspace,
        string id,
        string by,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var before = await connection.QuerySingleOrDefaultAsync<ApiKeyRow>(
            new CommandDefinition(
                $"select {Columns} from api_key where id = @id and workspace = @workspace for update",
                new { workspace, id },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        if (before is null or { RevokedAt: not null })
            return before is not null;
        await connection.ExecuteAsync(
            new CommandDefinition(
                "update api_key set revoked_at = @now where id = @id",
                new { id, now },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await changes.AddAsync(
            transaction,
            workspace,
            by,
            now,
            [new SettingEdit("key", id, "revoked", Shown(before), Shown(before with { RevokedAt = now }))],
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    // When it was last used is no part of what somebody set.
    private static JsonElement Shown(ApiKeyRow key) =>
        JsonSerializer.SerializeToElement(
            new
            {
                key.Id,
                key.Name,
                key.Role,
                key.Source,
                key.CreatedAt,
                key.CreatedBy,
                key.ExpiresAt,
                key.RevokedAt,
            },
            JsonSerializerOptions.Web
        );

    public async Task WriteUseAsync(
        IReadOnlyCollection<KeyValuePair<string, DateTimeOffset>> uses,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update api_key
                set last_used_at = greatest(last_used_at, used.at)
                from unnest(@ids, @at) as used (id, at)
                where api_key.id = used.id
                """,
                new { ids = uses.Select(use => use.Key).ToArray(), at = uses.Select(use => use.Value).ToArray() },
                cancellationToken: cancellationToken
            )
        );
    }
}
