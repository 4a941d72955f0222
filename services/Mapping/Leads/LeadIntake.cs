using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.People;
using LeadSync.Mapping.People;
using LeadSync.Mapping.References;
using LeadSync.Mapping.Sources;
using Npgsql;

namespace LeadSync.Mapping.Leads;

/// <summary>What happened to a lead: a patch or its withdrawal.</summary>
public abstract record LeadChange(LeadKey Key)
{
    public sealed record Captured(string Workspace, CapturedLead Patch) : LeadChange(Patch.Key(Workspace));

    public sealed record Withdrawn(string Workspace, WithdrawnLead Withdrawal) : LeadChange(Withdrawal.Key(Workspace));
}

/// <summary>A lead that is due at a connection.</summary>
/// <param name="Attempt">How often it has been taken up, this time included.</param>
public sealed record DueLead(LeadKey Key, long LeadId, Guid ConnectionId, int Attempt);

/// <summary>What is to be said after the commit, by workspace.</summary>
public sealed record ToTell(
    IReadOnlyList<(string Workspace, MappedLead Item)> Mapped,
    IReadOnlyList<(string Workspace, FailedSync Item)> Failed
)
{
    /// <summary>Changes of leads that were erased: nothing of them was taken in, and nothing is told on.</summary>
    public IReadOnlySet<LeadChange> Dropped { get; init; } = new HashSet<LeadChange>();
}

/// <summary>Takes changes of leads in: all of a batch in one transaction, decided and written together.</summary>
public sealed class LeadIntake(
    NpgsqlDataSource database,
    LeadStore store,
    ReferenceStore references,
    ErasureKeys erasure,
    SeenFields seen,
    TimeProvider clock
)
{
    /// <summary>Changes of leads, in any order and any number of times.</summary>
    public Task<ToTell> TakeInAsync(IReadOnlyCollection<LeadChange> changes, CancellationToken cancellationToken) =>
        RunAsync([.. changes.Select(change => change.Key).Distinct()], changes, due: null, cancellationToken);

    /// <summary>Decides leads again that are due. Those that can be mapped stay due until <see cref="DueStore"/> is told that they were published.</summary>
    public Task<ToTell> DecideAgainAsync(IReadOnlyCollection<DueLead> due, CancellationToken cancellationToken) =>
        RunAsync(
            [.. due.Select(lead => lead.Key).Distinct()],
            changes: [],
            due.ToLookup(lead => lead.Key),
            cancellationToken
        );

    /// <summary>
    /// Makes leads eligible at a connection that a backfill chose for it, and decides them there. Those that cannot be mapped
    /// are due from then on, as others are.
    /// </summary>
    public Task<ToTell> BackfillAsync(
        IReadOnlyCollection<LeadKey> keys,
        Guid connectionId,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            keys,
            changes: [],
            keys.ToLookup(key => key, key => new DueLead(key, 0, connectionId, Attempt: 0)),
            cancellationToken,
            isBackfill: true
        );

    private async Task<ToTell> RunAsync(
        IReadOnlyCollection<LeadKey> keys,
        IReadOnlyCollection<LeadChange> changes,
        ILookup<LeadKey, DueLead>? due,
        CancellationToken cancellationToken,
        bool isBackfill = false
    )
    {
        var now = clock.GetUtcNow();
        var suspects = Suspects.Of(
            keys,
            changes.OfType<LeadChange.Captured>().Select(change => (change.Workspace, change.Patch)),
            erasure
        );
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var batch = await store.LockAsync(
            connection,
            transaction,
            keys,
            suspects,
            [
                .. changes
                    .OfType<LeadChange.Captured>()
                    .SelectMany(change =>
                        (change.Patch.Turns ?? []).Select(turn => (change.Key, turn.ConversationId, turn.TurnId))
                    )
                    .Distinct(),
            ],
            now,
            cancellationToken
        );

        // Several patches of one lead are folded here, and the lead is written once.
        var dropped = new HashSet<LeadChange>(ReferenceEqualityComparer.Instance);
        foreach (var change in changes)
        {
            if (!Apply(change, batch, suspects, now))
                dropped.Add(change);
        }

        await references.ReadForAsync(batch, transaction, cancellationToken);
        var decided = LeadDecisions.Decide(
            [.. batch.Leads.Values],
            batch,
            lead => due?[lead.Key].ToDictionary(claim => claim.ConnectionId, claim => claim.Attempt),
            now,
            isBackfill
        );
        await LeadChanges.WriteAsync(connection, transaction, [.. batch.Leads.Values], decided, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var captured in changes.OfType<LeadChange.Captured>().Where(change => !dropped.Contains(change)))
            seen.Note(captured.Workspace, captured.Patch, batch.Leads[captured.Key].Model, now);
        return decided.ToTell() with { Dropped = dropped };
    }

    // False: it is of a person who was erased.
    private static bool Apply(LeadChange change, LeadBatch batch, Suspects suspects, DateTimeOffset now)
    {
        if (!batch.Leads.TryGetValue(change.Key, out var lead) || batch.Erased.Has(change.Key, suspects))
            return false;
        switch (change)
        {
            case LeadChange.Captured(_, var patch):
                if (batch.Erased.Covers(change.Key, patch, suspects))
                    return false;
                lead.Apply(patch, now);
                return true;
            case LeadChange.Withdrawn(_, var withdrawal):
                lead.Withdraw(withdrawal);
                return true;
            default:
                return true;
        }
    }
}

/// <summary>Says what was decided; each list to those who listen to its kind.</summary>
public static class Telling
{
    public static async Task TellAsync<TItem>(
        this Publisher publisher,
        EventKind<TItem> kind,
        IEnumerable<(string Workspace, TItem Item)> items,
        CancellationToken cancellationToken
    )
        where TItem : IEventItem
    {
        foreach (var workspace in items.GroupBy(item => item.Workspace, item => item.Item, StringComparer.Ordinal))
            await publisher.PublishAsync(kind, workspace.Key, [.. workspace], cancellationToken);
    }

    public static Task TellAsync(this Publisher publisher, ToTell told, CancellationToken cancellationToken) =>
        Task.WhenAll(
            publisher.TellAsync(EventKinds.LeadMapped, told.Mapped, cancellationToken),
            publisher.TellAsync(EventKinds.SyncFailed, told.Failed, cancellationToken)
        );
}
