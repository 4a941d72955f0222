using LeadSync.Contracts;
using LeadSync.Hosting.People;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.People;
using LeadSync.Mapping.References;
using Npgsql;

namespace LeadSync.Mapping.Importing;

/// <summary>What pulled records did, to be told before it is committed.</summary>
public sealed record Imported(IReadOnlyList<(string Workspace, ImportedLead Item)> Leads, ToTell Told);

/// <summary>
/// Takes in what became of CRM records: the leads that one is are found, or one is made; values go in by the pull mapping; a
/// record that is gone, merged or converted changes what its leads are linked to. Records that have nothing to do with each
/// other share a transaction, which ends only after what they did was told: a redelivery finds them done and told, or neither.
/// </summary>
public sealed class ImportRecords(
    NpgsqlDataSource database,
    LeadStore store,
    ReferenceStore references,
    ErasureKeys erasure,
    TimeProvider clock
)
{
    /// <summary>Takes records in, with what comes of it being as one after the other.</summary>
    /// <param name="tell">Tells what some of them did; called once for each transaction, before it is committed.</param>
    public async Task RunAsync(
        IReadOnlyList<RecordToImport> records,
        Func<Imported, CancellationToken, Task> tell,
        CancellationToken cancellationToken
    )
    {
        for (var done = 0; done < records.Count; )
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var (count, imported) = await TakeInAsync([.. records.Skip(done)], transaction, cancellationToken);
            await tell(imported, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            done += count;
        }
    }

    // As many from the first on as can be taken in together.
    private async Task<(int Count, Imported Imported)> TakeInAsync(
        IReadOnlyList<RecordToImport> records,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        records = [.. records.Take(RecordToImport.CountApart(records))];
        records = await ImportStore.ReadPullsAsync(records, transaction, cancellationToken);
        var all = await ImportStore.FindAsync(records, erasure, transaction, cancellationToken);
        var found = all.Take(CountApart(all)).ToList();
        var keys = found.SelectMany(one => one.Leads).Select(lead => lead.Key).ToList();
        if (keys.Count == 0)
            return (found.Count, new Imported([], new ToTell([], [])));

        var now = clock.GetUtcNow();
        var suspects = Suspects.Of(keys, [], erasure);
        var batch = await store.LockAsync(
            transaction.Connection!,
            transaction,
            keys,
            suspects,
            [],
            now,
            cancellationToken
        );
        var changed = new Dictionary<WorkingLead, RecordToImport>();
        var told = new List<(WorkingLead Lead, RecordToImport Record, ImportedLead Item)>();
        foreach (var (record, leads) in found)
        {
            foreach (var (key, by) in leads)
            {
                if (!batch.Leads.TryGetValue(key, out var lead) || batch.Erased.Has(key, suspects))
                    continue;
                if (ImportLead.Take(lead, record, by, now) is not { } outcome)
                    continue;
                changed.Add(lead, record);
                told.Add((lead, record, ImportLead.Tell(lead, record.Pulled, outcome, by)));
            }
        }

        await references.ReadForAsync(batch, transaction, cancellationToken);
        var decided = LeadDecisions.Decide(changed.Keys, batch, lead => AlsoImported(lead, batch, changed[lead]), now);
        await LeadChanges.WriteAsync(
            transaction.Connection!,
            transaction,
            // What was made for nothing goes again.
            [.. batch.Leads.Values.Where(lead => lead.IsBlank || changed.ContainsKey(lead))],
            decided,
            now,
            cancellationToken
        );
        await ImportStore.WriteLinksAsync(
            [.. changed.Select(one => (one.Key, one.Value.Pulled))],
            transaction,
            cancellationToken
        );
        // The version is known only now.
        return (
            found.Count,
            new Imported(
                [.. told.Select(one => (one.Record.Workspace, one.Item with { Version = one.Lead.Version }))],
                decided.ToTell()
            )
        );
    }

    // Two records may be one lead for what its source said of it, or by an address that neither has any more.
    private static int CountApart(IReadOnlyList<FoundLeads> found)
    {
        var seen = new HashSet<LeadKey>();
        for (var count = 0; count < found.Count; count++)
        {
            if (found[count].Leads.Any(lead => seen.Contains(lead.Key)))
                return count;
            seen.UnionWith(found[count].Leads.Select(lead => lead.Key));
        }
        return found.Count;
    }

    // Routes that take imported leads too; never back to where it came from.
    private static Dictionary<Guid, int> AlsoImported(WorkingLead lead, LeadBatch batch, RecordToImport record) =>
        batch
            .Sources[(lead.Key.Workspace, lead.Key.Source)]
            .Routes.Where(route => route.Terms.AlsoImported && route.ConnectionId != record.Pulled.ConnectionId)
            .ToDictionary(route => route.ConnectionId, _ => 0);
}
