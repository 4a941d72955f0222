using Dapper;
using Npgsql;

namespace LeadSync.Connector.Sealing;

/// <summary>How many connections have their data key sealed by one version of the master key.</summary>
public sealed record KeyUse
{
    public required int KeyVersion { get; init; }
    public required long Connections { get; init; }
}

/// <summary>A connection's data key as it is stored.</summary>
public sealed record SealedKey
{
    public required Guid ConnectionId { get; init; }
    public required string Workspace { get; init; }
    public required int KeyVersion { get; init; }
    public required byte[] DataKey { get; init; }
}

/// <summary>
/// The columns that hold data keys, for all workspaces: what sealing them anew needs. Those of connections, of what is begun
/// to authorise one, and of tokens that are still to be revoked.
/// </summary>
public sealed class SealedKeyStore(NpgsqlDataSource database)
{
    /// <summary>Which versions seal how many, in growing order.</summary>
    public async Task<IReadOnlyList<KeyUse>> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (
            await connection.QueryAsync<KeyUse>(
                new CommandDefinition(
                    """
                    select key_version, count(distinct connection_id) as connections from (
                        select connection_id, key_version from credential
                        union all select connection_id, key_version from consent where step not in ('confirmed', 'refused')
                        union all select connection_id, key_version from revocation
                    ) as sealed_key
                    group by key_version order by key_version
                    """,
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
    }

    /// <summary>The next data keys that another version than this one seals, in the order of their connections.</summary>
    public async Task<IReadOnlyList<SealedKey>> ListOthersAsync(
        int keyVersion,
        Guid after,
        int most,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (
            await connection.QueryAsync<SealedKey>(
                new CommandDefinition(
                    """
                    select connection_id, workspace, key_version, data_key from (
                        select k.connection_id, c.workspace, k.key_version, k.data_key
                        from credential k join connection c on c.id = k.connection_id
                        union select connection_id, workspace, key_version, data_key from consent
                            where step not in ('confirmed', 'refused')
                        union select connection_id, workspace, key_version, data_key from revocation
                    ) as sealed_key
                    where key_version <> @keyVersion and connection_id > @after
                    order by connection_id limit @most
                    """,
                    new
                    {
                        keyVersion,
                        after,
                        most,
                    },
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
    }

    /// <summary>Stores a data key sealed anew, unless it has changed since it was read.</summary>
    public async Task ReplaceAsync(SealedKey read, DataKey rewrapped, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update credential set key_version = @Version, data_key = @SealedKey
                where connection_id = @ConnectionId and key_version = @KeyVersion and data_key = @DataKey;
                update consent set key_version = @Version, data_key = @SealedKey
                where connection_id = @ConnectionId and key_version = @KeyVersion and data_key = @DataKey;
                update revocation set key_version = @Version, data_key = @SealedKey
                where connection_id = @ConnectionId and key_version = @KeyVersion and data_key = @DataKey
                """,
                new
                {
                    rewrapped.Version,
                    rewrapped.SealedKey,
                    read.ConnectionId,
                    read.KeyVersion,
                    read.DataKey,
                },
                cancellationToken: cancellationToken
            )
        );
    }
}
