using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rules;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>Records saved together: runs of one type, which a trigger that throws fails as a whole.</summary>
internal static class Chunks
{
    /// <summary>Saves when it is read.</summary>
    /// <param name="types">The type of each record; an empty name stands by itself.</param>
    /// <param name="save">Saves the record of a place, counted from 0.</param>
    public static IEnumerable<WriteResult> Write(
        Transaction transaction,
        IReadOnlyList<string> types,
        Func<int, WriteResult> save
    )
    {
        for (var from = 0; from < types.Count; )
        {
            var to = from + 1;
            while (to < types.Count && types[to] == types[from])
                to++;
            foreach (var result in Save(transaction, from, to, save))
                yield return result;
            from = to;
        }
    }

    private static IEnumerable<WriteResult> Save(Transaction transaction, int from, int to, Func<int, WriteResult> save)
    {
        var before = transaction.Savepoint();
        try
        {
            return Enumerable.Range(from, to - from).Select(save).ToList();
        }
        catch (TriggerException e)
        {
            transaction.RollBackTo(before);
            return Enumerable.Repeat(WriteResult.Failure(null, e.Error), to - from);
        }
    }
}
