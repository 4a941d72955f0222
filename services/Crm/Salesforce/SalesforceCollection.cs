namespace LeadSync.Crm.Salesforce;

/// <summary>What a collection does with its records.</summary>
/// <param name="Object">Null where it may hold records of several objects.</param>
/// <param name="KeyField">The field that upserts go by; null for none.</param>
/// <param name="AllowsDuplicates">A duplicate rule that only warns is passed over.</param>
/// <param name="Assigns">Which assignment rule chooses the owners; null for none.</param>
internal sealed record CollectionKind(
    bool Creates,
    string? Object,
    string? KeyField,
    bool AllowsDuplicates,
    Assignment? Assigns
)
{
    public HttpMethod Method => Creates ? HttpMethod.Post : HttpMethod.Patch;

    /// <summary>From the root of the API version.</summary>
    public string Path => KeyField is null ? "/composite/sobjects" : $"/composite/sobjects/{Object}/{KeyField}";

    public static CollectionKind Of(RecordWrite write, bool mixed) =>
        write.Key is { } key
            ? new(false, SoqlText.Name(write.Object), SoqlText.Name(key.Field), write.AllowsDuplicates, Assigns: null)
            : new(write.RecordId is null, mixed ? null : write.Object, null, write.AllowsDuplicates, write.Assignment);
}

/// <summary>Writes that go together as one collection: all creates, all updates or all upserts by one key, no record twice.</summary>
internal sealed class SalesforceCollection(CollectionKind kind)
{
    private readonly HashSet<string> _records = new(StringComparer.OrdinalIgnoreCase);

    public CollectionKind Kind => kind;

    /// <summary>Where its writes stand in the caller's list, in the order they are sent.</summary>
    public List<int> Indexes { get; } = [];

    /// <summary>
    /// Packs writes into as few collections as their limits allow. Objects are kept apart as long as there is room, so that
    /// a trigger that fails on one object takes no other with it.
    /// </summary>
    /// <param name="indexes">Which of the writes to pack.</param>
    /// <param name="size">Most writes in a collection.</param>
    /// <param name="room">Collections that there is room for; more come out only where it cannot be helped.</param>
    public static List<SalesforceCollection> Pack(
        IReadOnlyList<RecordWrite> writes,
        IEnumerable<int> indexes,
        int size,
        int room
    )
    {
        var order = indexes
            .OrderBy(index => writes[index].RecordId is null)
            .ThenBy(index => writes[index].Object, StringComparer.Ordinal)
            .ToList();
        var apart = Pack(writes, order, size, mixed: false);
        return apart.Count <= room ? apart : Pack(writes, order, size, mixed: true);
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
            var kind = CollectionKind.Of(write, mixed);
            if (collections.Exists(collection => collection.Kind == kind && collection.TryAdd(write, index, size)))
                continue;
            var another = new SalesforceCollection(kind);
            another.TryAdd(write, index, size);
            collections.Add(another);
        }
        return collections;
    }

    // The first with room takes it: so a record's second write lands in a later collection, which runs later.
    private bool TryAdd(RecordWrite write, int index, int size)
    {
        if (Indexes.Count >= size)
            return false;
        // Ids differ by case, but their long form does not; and values of a key are compared without case.
        var record = write.Key?.Value ?? (RecordId.TryLengthen(write.RecordId, out var id) ? id : write.RecordId);
        if (record is not null && !_records.Add(record))
            return false;
        Indexes.Add(index);
        return true;
    }
}
