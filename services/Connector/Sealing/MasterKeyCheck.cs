using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LeadSync.Connector.Sealing;

/// <summary>
/// Stops the start when a version of the master key is not the one that the database knows under its number, or when one
/// that credentials are still sealed with is missing: better than a service that runs and cannot open them, or seals new
/// ones with a second key.
/// </summary>
public sealed class MasterKeyCheck(
    MasterKey master,
    SealedKeyStore keys,
    NpgsqlDataSource database,
    ILogger<MasterKeyCheck> log
) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var version in master.Versions)
            await CheckAsync(version, cancellationToken);
        var inUse = await keys.CountAsync(cancellationToken);
        if (inUse.FirstOrDefault(count => !master.Versions.Contains(count.KeyVersion)) is { } missing)
        {
            throw Wrong(
                $"holds the versions {string.Join(", ", master.Versions)}, but {missing.Connections} connections are sealed "
                    + $"with version {missing.KeyVersion}. Give that one too, after the current one, and run "
                    + $"'{RotateKeys.Command}' before it goes away."
            );
        }
        var older = inUse.Where(count => count.KeyVersion != master.Version).Sum(count => count.Connections);
        if (older > 0)
        {
            log.LogWarning(
                "{Connections} connections are sealed with another version of the master key than the current {Version}: "
                    + "run '{Command}'",
                older,
                master.Version,
                RotateKeys.Command
            );
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CheckAsync(int version, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The first start of all leaves the check value; of replicas starting together only one does.
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into master_key_check (key_version, sealed) values (@version, @sealed) on conflict do nothing
                """,
                new { version, @sealed = master.SealCheck(version) },
                cancellationToken: cancellationToken
            )
        );
        var check = await connection.QuerySingleAsync<byte[]>(
            new CommandDefinition(
                "select sealed from master_key_check where key_version = @version",
                new { version },
                cancellationToken: cancellationToken
            )
        );
        if (master.Opens(version, check))
            return;
        throw Wrong(
            $"does not hold the key that this database knows as version {version}. Give the key that was used before, as "
                + "with another one no connection can be opened; a new key needs a new number."
        );
    }

    private static OptionsValidationException Wrong(string what) =>
        new(MasterKeyText.Setting, typeof(string), [$"Setting '{MasterKeyText.Setting}' {what}"]);
}
