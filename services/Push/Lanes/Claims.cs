namespace LeadSync.Push.Lanes;

/// <summary>
/// Which people the batches of one lane that are under way have taken for themselves, by what makes rows one person
/// (<see cref="PersonKeys"/>). A lane has one owner, so that this need not be known to anybody else.
/// </summary>
public sealed class Claims
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Batch> _holders = new(StringComparer.Ordinal);

    /// <summary>All keys that are taken now.</summary>
    public string[] Keys
    {
        get
        {
            lock (_lock)
                return [.. _holders.Keys];
        }
    }

    /// <summary>Begins a batch that holds these keys until it is disposed of.</summary>
    public Batch Begin(IEnumerable<string> keys)
    {
        var batch = new Batch(this);
        lock (_lock)
        {
            foreach (var key in keys)
                _holders.TryAdd(key, batch);
        }
        return batch;
    }

    /// <summary>What one batch holds.</summary>
    public sealed class Batch(Claims claims) : IDisposable
    {
        /// <summary>Takes a further key, as of a record that was found; false when another batch under way holds it.</summary>
        public bool TryTake(string key)
        {
            lock (claims._lock)
                return claims._holders.TryAdd(key, this) || claims._holders[key] == this;
        }

        public void Dispose()
        {
            lock (claims._lock)
            {
                foreach (var key in claims._holders.Where(held => held.Value == this).Select(held => held.Key).ToList())
                    claims._holders.Remove(key);
            }
        }
    }
}
