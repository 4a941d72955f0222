using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace LeadSync.Gateway.Access;

/// <summary>
/// Puts the first key of an installation in, from <c>Gateway:BootstrapKey</c>. A key that is there stays as it is, revoked
/// ones too: a restart must not let back in whom somebody has shut out.
/// </summary>
public sealed class BootstrapKey(AccessOptions options, ApiKeyStore store, TimeProvider clock) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.BootstrapKey is not { Length: > 0 } text || KeyText.TryRead(text) is not { } key)
            return;
        var added = await store.AddAsync(
            new ApiKeyRow(
                key.Id,
                options.BootstrapWorkspace,
                "bootstrap",
                KeysApi.Name(KeyRole.Manager),
                Source: null,
                key.SecretHash,
                clock.GetUtcNow(),
                CreatedBy: "Gateway:BootstrapKey",
                ExpiresAt: null,
                RevokedAt: null,
                LastUsedAt: null
            ),
            cancellationToken
        );
        if (added)
            return;

        var there = await store.FindAsync(key.Id, cancellationToken);
        if (
            there is null
            || there.Workspace != options.BootstrapWorkspace
            || !CryptographicOperations.FixedTimeEquals(there.SecretHash, key.SecretHash)
        )
            throw new OptionsValidationException(
                "Gateway:BootstrapKey",
                typeof(AccessOptions),
                [
                    "Setting 'Gateway:BootstrapKey': another key with this id, another secret or workspace, is there already. Take a new key.",
                ]
            );
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
