using System.Collections.Concurrent;
using LeadSync.Hosting;

namespace LeadSync.Gateway.Access;

/// <summary>
/// Remembers when keys were used and writes it every half minute and at the end: a hint for whoever asks whether a key can
/// go, not worth a write per request. A crash loses up to half a minute of it.
/// </summary>
public sealed class KeyUse(ApiKeyStore store, TimeProvider clock, ILogger<KeyUse> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _uses = new(StringComparer.Ordinal);

    public void Note(string id) => _uses[id] = clock.GetUtcNow();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Every, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await RunOnceAsync(CancellationToken.None);
        }
    }

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var uses = _uses.ToArray();
        if (uses.Length == 0)
            return;
        try
        {
            await store.WriteUseAsync(uses, cancellationToken);
            // Only what was written: a key used meanwhile stays noted.
            foreach (var use in uses)
                _uses.TryRemove(use);
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault))
        {
            log.LogWarning("Writing when keys were used waits for the database ({Fault})", fault.GetType().Name);
        }
    }
}
