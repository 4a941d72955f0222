using System.Security.Cryptography;

namespace LeadSync.Connector.Sealing;

/// <summary>
/// <c>LeadSync.Connector rotate-keys</c>: seals every data key with the current version of the master key, while the service
/// runs. It can be stopped and run again at any time, and by several at once. Afterwards no row needs an older version, and
/// that may go out of the settings.
/// </summary>
/// <remarks>
/// Only the data keys are sealed anew: whoever had an older master key <em>and</em> a copy of the database could read the
/// secrets then, and still can. Against that, have the secrets replaced too.
/// </remarks>
public sealed class RotateKeys(MasterKey master, MasterKeyCheck check, SealedKeyStore keys)
{
    public const string Command = "rotate-keys";

    private const int KeysAtOnce = 100;

    /// <summary>Runs once through all connections.</summary>
    /// <param name="progress">Told how far it is, and at the end which version seals how many.</param>
    /// <returns>0 when no data key is left on another version; 1 when some are.</returns>
    public async Task<int> RunAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        await check.StartAsync(cancellationToken);
        var waiting = Others(await keys.CountAsync(cancellationToken));
        var done = 0;
        var after = Guid.Empty;
        while (await keys.ListOthersAsync(master.Version, after, KeysAtOnce, cancellationToken) is { Count: > 0 } some)
        {
            foreach (var key in some)
                done += await RewrapAsync(key, progress, cancellationToken);
            after = some[^1].ConnectionId;
            await progress.WriteLineAsync($"{done} of {waiting} sealed with version {master.Version}");
        }

        var uses = await keys.CountAsync(cancellationToken);
        foreach (var use in uses)
            await progress.WriteLineAsync($"version {use.KeyVersion}: {use.Connections} connections");
        var left = Others(uses);
        await progress.WriteLineAsync(
            left == 0
                ? $"No connection needs another version than {master.Version}: the others may go out of the settings."
                : $"{left} connections are left on other versions: keep those in the settings, and run this again."
        );
        return left == 0 ? 0 : 1;
    }

    private async Task<int> RewrapAsync(SealedKey key, TextWriter progress, CancellationToken cancellationToken)
    {
        DataKey rewrapped;
        try
        {
            rewrapped = master.Rewrap(key.Workspace, key.ConnectionId, key.KeyVersion, key.DataKey);
        }
        // The others must not wait for one that was damaged.
        catch (CryptographicException)
        {
            await progress.WriteLineAsync(
                $"connection {key.ConnectionId}: its key does not open with version {key.KeyVersion}; reconnect it"
            );
            return 0;
        }
        await keys.ReplaceAsync(key, rewrapped, cancellationToken);
        return 1;
    }

    private long Others(IEnumerable<KeyUse> uses) =>
        uses.Where(use => use.KeyVersion != master.Version).Sum(use => use.Connections);
}
