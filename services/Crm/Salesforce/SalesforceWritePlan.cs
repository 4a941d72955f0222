using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>What one API call carries: collections and guarded updates.</summary>
/// <param name="Guarded">Where guarded updates stand in the caller's list; each is a sub-request of its own.</param>
/// <param name="Alone">It holds one collection or one guarded update, and goes without a composite around it.</param>
internal sealed record PlannedCall(
    IReadOnlyList<SalesforceCollection> Collections,
    IReadOnlyList<int> Guarded,
    bool Alone
)
{
    /// <summary>All of its writes.</summary>
    public IEnumerable<int> Indexes => Collections.SelectMany(collection => collection.Indexes).Concat(Guarded);
}

/// <summary>Distributes writes over as few API calls as Salesforce's limits allow.</summary>
internal static class SalesforceWritePlan
{
    public static List<PlannedCall> Make(IReadOnlyList<RecordWrite> writes, SalesforceOptions options)
    {
        var (ordinary, odd, guarded, guardedAlone) = (
            new List<int>(writes.Count),
            new List<int>(),
            new List<int>(),
            new List<int>()
        );
        for (var index = 0; index < writes.Count; index++)
        {
            var write = writes[index];
            Check(write);
            // A header is of a whole call.
            var isOdd = SalesforceReference.LooksLikeOne(write) || write.AllowsDuplicates;
            (
                write.UnmodifiedSince is null
                    ? isOdd
                        ? odd
                        : ordinary
                    : isOdd || !options.GuardInComposite
                        ? guardedAlone
                        : guarded
            ).Add(index);
        }

        var calls = Together(
            SalesforceCollection.Pack(
                writes,
                ordinary,
                options.RecordsPerCollection,
                SalesforceOptions.HeavyPartsPerCall
            ),
            guarded
        );
        foreach (var collection in SalesforceCollection.Pack(writes, odd, options.RecordsPerCollection, int.MaxValue))
            calls.Add(new([collection], [], Alone: true));
        foreach (var index in guardedAlone)
            calls.Add(new([], [index], Alone: true));
        return calls;
    }

    private static List<PlannedCall> Together(List<SalesforceCollection> collections, List<int> guarded)
    {
        var calls = new List<PlannedCall>();
        for (var (heavy, light) = (0, 0); heavy < collections.Count || light < guarded.Count; )
        {
            var these = collections.Skip(heavy).Take(SalesforceOptions.HeavyPartsPerCall).ToList();
            var those = guarded.Skip(light).Take(SalesforceOptions.PartsPerCall - these.Count).ToList();
            calls.Add(new(these, those, Alone: false));
            heavy += these.Count;
            light += those.Count;
        }
        return calls;
    }

    /// <exception cref="ArgumentException">The write cannot be sent as it is.</exception>
    private static void Check(RecordWrite write)
    {
        foreach (var (name, value) in write.Fields)
        {
            // A second id or key beside ours could change another record than the one that was matched.
            if (
                name.Equals("Id", StringComparison.OrdinalIgnoreCase)
                || name.Equals("attributes", StringComparison.OrdinalIgnoreCase)
                || name.Equals(write.Key?.Field, StringComparison.OrdinalIgnoreCase)
            )
            {
                throw new ArgumentException($"'{name}' is no field that can be written.", nameof(write));
            }
            if (value.ValueKind == JsonValueKind.Undefined)
                throw new ArgumentException($"'{name}' has no value; JSON null clears a field.", nameof(write));
        }
        if (write.Key is not null && write.RecordId is not null)
            throw new ArgumentException("A record is found by its id or by a key, not by both.", nameof(write));
        if (write.AllowsDuplicates && write.RecordId is not null)
            throw new ArgumentException("Only a create can pass over a duplicate rule.", nameof(write));
        if (write.Assignment is not null && (write.RecordId is not null || write.Key is not null))
            throw new ArgumentException("Assignment rules choose an owner on a create only.", nameof(write));
        if (write.UnmodifiedSince is not null && !RecordId.TryLengthen(write.RecordId, out _))
            throw new ArgumentException("Only the update of a record can be guarded.", nameof(write));
    }
}
