using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;

namespace LeadSync.Push.Writing;

/// <summary>
/// Reads whom the org's assignment rules have just given new records to: one call for a batch of creates, and none where no rules
/// were asked for. The records are there, so whatever keeps it from being read keeps nothing from being told.
/// </summary>
public sealed class AssignedOwners(TimeProvider clock)
{
    // Beyond that it is not worth the wait of all that is to be told of the batch.
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private static readonly IReadOnlyDictionary<string, RecordOwner> None = new Dictionary<string, RecordOwner>(
        StringComparer.Ordinal
    );

    /// <summary>Calls to have in hand beside those of the writes.</summary>
    public static int CallsFor(IEnumerable<Intent> intents) =>
        intents.Any(intent => intent.Plan.Assignment is not null) ? 1 : 0;

    /// <summary>The owners of those records that the rules were asked about, by record id; none where they cannot be read.</summary>
    public async Task<IReadOnlyDictionary<string, RecordOwner>> ReadAsync(
        LaneAccess access,
        IReadOnlyList<(Intent Intent, WriteResult Result)> results,
        CancellationToken cancellationToken
    )
    {
        var created = results
            .Where(one => one is { Intent.Plan.Assignment: not null, Result.Status: WriteStatus.Written })
            .ToLookup(one => one.Intent.Plan.Object, one => one.Result.RecordId!, StringComparer.Ordinal);
        if (created.Count == 0)
            return None;
        using var within = new CancellationTokenSource(Within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, within.Token);
        try
        {
            await access.PrepareAsync(
                [.. results.Select(one => new Cargo(one.Intent.Lead.Wanted.Source, one.Intent.Plan.Object)).Distinct()],
                either.Token
            );
            var search = new Search([
                .. created.Select(ids => new ObjectSearch(ids.Key, [.. ids], [], [WritePlan.OwnerField])),
            ]);
            var found = await access.Crm.FindAsync(access, search, either.Token);
            return found
                .Records.Select(record => (record.Id, Owner: Of(record, access.UserId)))
                .Where(one => one.Owner is not null)
                .ToDictionary(one => one.Id, one => one.Owner!, StringComparer.Ordinal);
        }
        catch (Exception fault)
            when (!cancellationToken.IsCancellationRequested
                && (
                    fault is CrmException or GrantSpentException or HeldException or LeaseLostException
                    || Faults.IsInfrastructure(fault)
                )
            )
        {
            return None;
        }
    }

    /// <summary>Whom a record was given to that assignment rules were asked about; null where that was not read.</summary>
    /// <param name="self">The user that LeadSync is connected as: what it still owns, the rules have given to nobody.</param>
    public static RecordOwner? Of(CrmRecord record, string? self) =>
        FieldValue.Text(FoundRecords.Held(record, WritePlan.OwnerField)) is { Length: > 0 } owner
            ? new RecordOwner(
                owner,
                RecordId.Same(owner, self) ? OwnerChoice.IntegrationUser : OwnerChoice.AssignmentRules
            )
            : null;
}
