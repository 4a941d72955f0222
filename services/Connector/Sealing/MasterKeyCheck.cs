using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LeadSync.Connector.Sealing;

/// <summary>
/// Stops the start when the master key is not the one that the database's credentials were sealed with: better than a
/// service that runs and can open none of them, or seals new ones with a second key.
/// </summary>
public sealed class MasterKeyCheck(MasterKey master, NpgsqlDataSource database) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The first start of all leaves the check value; of replicas starting together only one does.
        var check = await connection.QuerySingleAsync<byte[]>(
            new CommandDefinition(
                """
                with made as (
                    insert into master_key_check (key_version, sealed) values (@Version, @sealed)
                    on conflict do nothing returning sealed
                )
                select sealed from made union all select sealed from master_key_check where key_version = @Version
                """,
                new { master.Version, @sealed = master.SealCheck() },
                cancellationToken: cancellationToken
            )
        );
        if (master.Opens(check))
            return;
        throw new OptionsValidationException(
            MasterKey.Setting,
            typeof(string),
            [
                $"Setting '{MasterKey.Setting}' is not the key that the credentials in this database were sealed with. "
                    + "Give the key that was used before; with another one no connection can be opened.",
            ]
        );
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
