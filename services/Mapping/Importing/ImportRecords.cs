using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.People;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.People;
using LeadSync.Mapping.References;
using Npgsql;

namespace LeadSync.Mapping.Importing;

/// <summary>What pulled records did, to be told before it is committed.</summary>
public sealed record Imported(IReadOnlyList<ImportedLead> Leads, ToTell Told);

/// <summary>
/// Takes in what became of a CRM record: the leads that it is are found, or one is made; values go in by the pull mapping;
/// a record that is gone, merged or converted changes what its leads are linked to. One transaction for a record, which
/// ends only after what it did was told: a redelivery finds it done and told, or neither.
/// </summary>
public sealed class ImportRecords(
    NpgsqlDataSource database,
    LeadStore store,
    ReferenceStore references,
    ErasureKeys erasure,
    Publisher publisher,
    TimeProvider clock
)
{
    public async Task RunAsync(string workspace, PulledRecord pulled, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var imported = await TakeInAsync(workspace, pulled, transaction, cancellationToken);
        await publisher.TellAsync(
            EventKinds.LeadImported,
            imported.Leads.Select(lead => (workspace, lead)),
            cancellationToken
        );
        await publisher.TellAsync(imported.Told, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Takes a record in within a transaction.</summary>
    public async Task<Imported> TakeInAsync(
        string workspace,
        PulledRecord pulled,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var pull = await ImportStore.ReadPullAsync(workspace, pulled, transaction, cancellationToken);
        var email = pull?.Email(pulled);
        if (await WasErasedAsync(workspace, pulled, email, transaction, cancellationToken))
            return Nothing;
        var stands = pulled.Fate == RecordFate.Stands;
        var found = await ImportStore.FindAsync(
            workspace,
            pulled,
            stands ? email : null,
            transaction,
            cancellationToken
        );
        if (stands && pull is null)
            return Nothing;
        if (found.Count == 0 && stands)
            found = [new FoundLead(new LeadKey(workspace, pulled.Source, pulled.Record.RecordId), ImportMatch.None)];
        if (found.Count == 0)
            return Nothing;

        var keys = found.Select(lead => lead.Key).ToList();
        var suspects = Suspects.Of(keys, [], erasure);
        var now = clock.GetUtcNow();
        var batch = await store.LockAsync(
            transaction.Connection!,
            transaction,
            keys,
            suspects,
            [],
            now,
            cancellationToken
        );
        var told = new List<ImportedLead>();
        var changed = new List<WorkingLead>();
        foreach (var (key, by) in found)
        {
            if (!batch.Leads.TryGetValue(key, out var lead) || batch.Erased.Has(key, suspects))
                continue;
            var outcome = stands ? Take(lead, pulled, pull!, by, now) : Relink(lead, pulled);
            if (outcome is null)
                continue;
            changed.Add(lead);
            told.Add(Tell(lead, pulled, outcome.Value, by));
        }
        if (changed.Count == 0 && batch.Leads.Values.All(lead => !lead.IsBlank))
            return Nothing;

        await references.ReadForAsync(batch, transaction, cancellationToken);
        var decided = LeadDecisions.Decide(
            [.. batch.Leads.Values],
            batch,
            lead => changed.Contains(lead) ? AlsoImported(lead, batch, pulled.ConnectionId) : NoRoutes,
            now
        );
        await LeadChanges.WriteAsync(
            transaction.Connection!,
            transaction,
            [.. batch.Leads.Values],
            decided,
            now,
            cancellationToken
        );
        await ImportStore.WriteLinksAsync([.. changed], pulled, transaction, cancellationToken);
        // The version is known only now.
        return new Imported(
            [
                .. told.Select(one =>
                    one with
                    {
                        Version = batch.Leads[new LeadKey(workspace, one.Source, one.LeadId)].Version,
                    }
                ),
            ],
            decided.ToTell()
        );
    }

    private static readonly Dictionary<Guid, int> NoRoutes = [];
    private static readonly Imported Nothing = new([], new ToTell([], []));

    private Task<bool> WasErasedAsync(
        string workspace,
        PulledRecord pulled,
        string? email,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var record = erasure.OfRecord(workspace, pulled.ConnectionId, pulled.Record.Object, pulled.Record.RecordId);
        List<(string, byte[])> keys = [(Suspects.RecordKind, record)];
        if (email is not null)
            keys.Add((Suspects.EmailKind, erasure.OfEmail(workspace, email)));
        return ImportStore.WasErasedAsync(workspace, keys, transaction, cancellationToken);
    }

    // Routes that take imported leads too; never back to where it came from.
    private static Dictionary<Guid, int> AlsoImported(WorkingLead lead, LeadBatch batch, Guid from) =>
        batch
            .Sources[(lead.Key.Workspace, lead.Key.Source)]
            .Routes.Where(route => route.Terms.AlsoImported && route.ConnectionId != from)
            .ToDictionary(route => route.ConnectionId, _ => 0);

    // Null when nothing changes: an echo, a redelivery, or what the lead has already.
    private static ImportOutcome? Take(
        WorkingLead lead,
        PulledRecord pulled,
        PullInto pull,
        ImportMatch by,
        DateTimeOffset now
    )
    {
        var isNew = lead.Version == 0;
        var changes = ImportRules.Changes(lead.State, pulled, pull.Fields);
        var isLinked = lead.Links.Any(link =>
            link.ConnectionId == pulled.ConnectionId
            && link.Record.Object == pulled.Record.Object
            && RecordIds.Short(link.Record.RecordId) == RecordIds.Short(pulled.Record.RecordId)
        );
        // Found by what its source said, it is linked already.
        if (!isNew && changes.Count == 0 && (isLinked || by == ImportMatch.Record))
            return null;
        lead.Import(changes, now);
        return isNew ? ImportOutcome.Created : ImportOutcome.Changed;
    }

    private static ImportOutcome? Relink(WorkingLead lead, PulledRecord pulled)
    {
        lead.Unlink(pulled.ConnectionId, pulled.Record);
        return pulled is { Fate: not RecordFate.Deleted, BecameRecord: not null }
            ? ImportOutcome.Relinked
            : ImportOutcome.Unlinked;
    }

    private static ImportedLead Tell(WorkingLead lead, PulledRecord pulled, ImportOutcome outcome, ImportMatch by) =>
        new()
        {
            EventId = EventIds.Derive(
                "LeadImported",
                lead.Key.Workspace,
                lead.Key.Source,
                lead.Key.LeadId,
                pulled.EventId.ToString("N")
            ),
            OccurredAt = pulled.OccurredAt,
            TraceParent = pulled.TraceParent,
            Source = lead.Key.Source,
            LeadId = lead.Key.LeadId,
            ConnectionId = pulled.ConnectionId,
            Version = 0,
            Record = outcome == ImportOutcome.Relinked ? pulled.BecameRecord! : pulled.Record,
            Outcome = outcome,
            FoundBy = by,
            Fields = lead
                .State.Fields.Where(field => field.Value.By == pulled.EventId)
                .ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal),
            Initial = pulled.Initial,
        };
}
