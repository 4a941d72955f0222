using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Soql;

/// <summary>Query results that are not yet read to the end, by their locator.</summary>
internal sealed class Cursors
{
    private readonly Dictionary<string, (Query Query, DateTimeOffset Since)> open = new(StringComparer.Ordinal);
    private long number;

    public string Keep(Query query, string pod, DateTimeOffset now)
    {
        var locator = RecordId.Make("01g", pod, ++number);
        open[locator] = (query, now);
        return locator;
    }

    /// <summary>Null when the locator is unknown or older than <paramref name="lifetime"/>.</summary>
    public Query? Find(string locator, DateTimeOffset now, TimeSpan lifetime) =>
        open.TryGetValue(locator, out var kept) && kept.Since + lifetime > now ? kept.Query : null;

    public void Clear() => open.Clear();
}
