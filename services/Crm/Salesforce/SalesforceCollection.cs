using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>Writes that go together as one collection: all creates or all updates, no record twice.</summary>
internal sealed class SalesforceCollection(bool creates, string @object)
{
    private readonly HashSet<string> _recordIds = new(StringComparer.Ordinal);

    public HttpMethod Method => creates ? HttpMethod.Post : HttpMethod.Patch;

    /// <summary>Where its writes stand in the caller's list, in the order they are sent.</summary>
    public List<int> Indexes { get; } = [];

    /// <summary>
    /// Packs writes into as few collections as their limits allow. Objects are kept apart as long as there is room, so that
    /// a trigger that fails on one object takes no other with it.
    /// </summary>
    /// <param name="indexes">Which of the writes to pack.</param>
    /// <param name="size">Most writes in a collection.</param>
    /// <param name="most">Most collections.</param>
    /// <exception cref="ArgumentException">
    /// They do not fit: only when the same record stands in them more often than there are collections.
    /// </exception>
    public static List<SalesforceCollection> Pack(
        IReadOnlyList<RecordWrite> writes,
        IEnumerable<int> indexes,
        int size,
        int most
    )
    {
        var order = indexes
            .OrderBy(index => writes[index].RecordId is null)
            .ThenBy(index => writes[index].Object, StringComparer.Ordinal)
            .ToList();
        var collections = Pack(writes, order, size, mixed: false);
        if (collections.Count > most)
            collections = Pack(writes, order, size, mixed: true);
        return collections.Count <= most
            ? collections
            : throw new ArgumentException("The same record too often in one call.", nameof(writes));
    }

    /// <exception cref="ArgumentException">The write cannot be sent as it is.</exception>
    public static void Check(RecordWrite write)
    {
        foreach (var (name, value) in write.Fields)
        {
            // A second id beside ours could change another record than the one that was matched.
            if (
                name.Equals("Id", StringComparison.OrdinalIgnoreCase)
                || name.Equals("attributes", StringComparison.OrdinalIgnoreCase)
            )
            {
                throw new ArgumentException($"'{name}' is no field that can be written.", nameof(write));
            }
            if (value.ValueKind == JsonValueKind.Undefined)
                throw new ArgumentException($"'{name}' has no value; JSON null clears a field.", nameof(write));
        }
    }

    private static List<SalesforceCollection> Pack(
        IReadOnlyList<RecordWrite> writes,
        List<int> order,
        int size,
        bool mixed
    )
    {
        var collections = new List<SalesforceCollection>();
        foreach (var index in order)
        {
            var write = writes[index];
            if (collections.Exists(collection => collection.TryAdd(write, index, size, mixed)))
                continue;
            var another = new SalesforceCollection(write.RecordId is null, write.Object);
            another.TryAdd(write, index, size, mixed);
            collections.Add(another);
        }
        return collections;
    }

    // The first with room takes it: so a record's second write lands in a later collection, which runs later.
    private bool TryAdd(RecordWrite write, int index, int size, bool mixed)
    {
        var isOfKind = creates == write.RecordId is null && (mixed || @object == write.Object);
        if (!isOfKind || Indexes.Count >= size)
            return false;
        if (write.RecordId is { } id && !_recordIds.Add(RecordId.TryLengthen(id, out var longId) ? longId : id))
            return false;
        Indexes.Add(index);
        return true;
    }
}
