using System.Collections.Concurrent;
using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Push.Access;

/// <summary>
/// What the CRMs' answers said of their orgs' API usage, until Connector is told of it with the next thing that is asked of it.
/// Each figure is told once: it grows old, and Connector takes the highest that it hears.
/// </summary>
public sealed class ObservedUsage
{
    private readonly ConcurrentDictionary<Guid, ApiUsageSeen> _last = new();

    public void Note(Guid connectionId, ApiUsage usage) =>
        _last[connectionId] = new ApiUsageSeen(usage.Used, usage.Allowance);

    /// <summary>What was noted last, and not taken yet.</summary>
    public ApiUsageSeen? Take(Guid connectionId) => _last.TryRemove(connectionId, out var seen) ? seen : null;
}
