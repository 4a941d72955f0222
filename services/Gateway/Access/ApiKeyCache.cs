using System.Collections.Concurrent;

namespace LeadSync.Gateway.Access;

/// <summary>
/// API keys as they were at most five seconds ago, so that a busy product costs no query per request and a revoked key is
/// out within five seconds at every replica. Ids that no key has are not kept: whoever tries ids must not fill our memory.
/// </summary>
public sealed class ApiKeyCache(ApiKeyStore store, TimeProvider clock)
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public async Task<ApiKeyRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!_entries.TryGetValue(id, out var entry) || clock.GetElapsedTime(entry.AskedAt) >= MaxAge)
            entry = Renew(id, entry);
        try
        {
            var row = await entry.Row.Value.WaitAsync(cancellationToken);
            if (row is null)
                _entries.TryRemove(new(id, entry));
            return row;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            _entries.TryRemove(new(id, entry));
            throw;
        }
    }

    /// <summary>Forgets a key, so that its revocation holds here at once.</summary>
    public void Forget(string id) => _entries.TryRemove(id, out _);

    // Whoever comes while a key is being read waits for the same reading. Its age counts from before the query.
    private Entry Renew(string id, Entry? stale)
    {
        var fresh = new Entry(clock.GetTimestamp(), new(() => store.FindAsync(id, CancellationToken.None)));
        var replaced = stale is null ? _entries.TryAdd(id, fresh) : _entries.TryUpdate(id, fresh, stale);
        return replaced ? fresh
            : _entries.TryGetValue(id, out var others) && clock.GetElapsedTime(others.AskedAt) < MaxAge ? others
            : fresh;
    }

    private sealed record Entry(long AskedAt, Lazy<Task<ApiKeyRow?>> Row);
}
