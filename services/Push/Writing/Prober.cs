using LeadSync.Crm;
using LeadSync.Push.Access;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;

namespace LeadSync.Push.Writing;

/// <summary>
/// Resolves intents whose answer was lost: looks whether the CRM holds what was sent. Until it is found, or until the
/// CRM can no longer commit it, nothing else is matched or written for the same keys. What cannot be told even then is left to
/// a person, and goes on holding its keys until one has decided.
/// </summary>
public sealed class Prober(
    IntentStore intents,
    Settler settler,
    Settlements settlements,
    EndLeads end,
    TimeProvider clock
)
{
    /// <summary>Ends what was answered late and what can be found; says when to look again for the rest.</summary>
    /// <param name="open">Opens access to the CRM; called only when there is something to look for.</param>
    public async Task ResolveAsync(Lease lease, Func<Task<LaneAccess>> open, CancellationToken cancellationToken)
    {
        var due = await EndAnsweredAsync(lease, cancellationToken);
        var unknown = due.FindAll(intent => intent is { Result: null, IsReleased: false });
        if (unknown.Count == 0)
            return;
        var underWay = new List<Intent>();
        if (unknown.Exists(Probe.IsKeyless))
        {
            // One record may be any of those that sent the same: they are told apart together, or not at all.
            var creates = await intents.ReadCreatesAsync(lease, cancellationToken);
            var keyless = creates.FindAll(one => Probe.IsKeyless(one.Intent));
            underWay.AddRange(keyless.Where(one => one.IsUnderWay).Select(one => one.Intent));
            unknown.AddRange(
                keyless
                    .Where(one => !one.IsUnderWay)
                    .Select(one => one.Intent)
                    .ExceptBy(unknown.Select(intent => intent.IntentId), intent => intent.IntentId)
            );
        }
        // What was found of one of a lead's two records may be the last that was missing.
        if (!await LookAsync(lease, await open(), unknown, underWay, cancellationToken))
            await EndAnsweredAsync(lease, cancellationToken);
    }

    private async Task<List<Intent>> EndAnsweredAsync(Lease lease, CancellationToken cancellationToken)
    {
        var due = await intents.ReadDueAsync(lease, cancellationToken);
        await end.EndAllAsync(
            lease,
            due.Where(intent => intent.Result is not null || intent.IsReleased)
                .Select(intent => new Answer(intent, intent.Result)),
            cancellationToken
        );
        return due;
    }

    // Whether all that was found has ended its lead.
    private async Task<bool> LookAsync(
        Lease lease,
        LaneAccess access,
        List<Intent> unknown,
        List<Intent> underWay,
        CancellationToken cancellationToken
    )
    {
        await access.PrepareAsync([], cancellationToken);
        // Taken before the look: what was certain then, the look has seen.
        var now = clock.GetUtcNow();
        var accounts = unknown.FindAll(intent => intent.Plan.IsAccount);
        var people = unknown.FindAll(intent => !intent.Plan.IsAccount);
        var search = Probe.SearchFor(people, access.UserId) with { Accounts = AccountProbe.SearchFor(accounts) };
        var found = await access.Crm.FindAsync(access, search, cancellationToken);
        var linked = await intents.ReadLinkedAsync(
            lease,
            [.. found.Records.Select(record => record.Id)],
            cancellationToken
        );
        var sightings = Probe.Look(people, underWay, found.Records, linked, access.UserId);
        var foundAccounts = new FoundAccounts(found.Accounts);
        foreach (var intent in accounts)
            sightings[intent.IntentId] = AccountProbe.Look(intent, foundAccounts);

        var ended = new List<Answer>();
        var parked = new List<Settlement>();
        var givenUp = new List<Guid>();
        var waiting = new List<(Guid, int, TimeSpan)>();
        foreach (var intent in unknown)
        {
            switch (sightings[intent.IntentId])
            {
                case Sighting.Ours { Record: var record }:
                    ended.Add(
                        new Answer(
                            intent,
                            Written(intent, record),
                            intent.Plan.Assignment is null ? null : AssignedOwners.Of(record, access.UserId)
                        )
                    );
                    break;
                case Sighting.Unseen when now >= intent.CertainAt:
                    ended.Add(new Answer(intent, Result: null));
                    break;
                case Sighting.Unclear { Seen: var seen } when now >= intent.CertainAt && underWay.Count == 0:
                    parked.Add(settlements.OutcomeUnknown(intent, seen));
                    givenUp.Add(intent.IntentId);
                    break;
                default:
                    var wait = RetrySchedule.ForProbe(intent.Probes + 1, intent.CertainAt - now);
                    waiting.Add((intent.IntentId, intent.Probes + 1, wait));
                    break;
            }
        }
        var haveEnded = await end.EndAsync(lease, ended, cancellationToken);
        await settler.SettleAsync(lease, parked, cancellationToken);
        if (givenUp.Count > 0)
            await intents.GiveUpAsync(lease, givenUp, cancellationToken);
        if (waiting.Count > 0)
            await intents.MakeUnknownAsync(lease, waiting, [], cancellationToken);
        return haveEnded;
    }

    // What stood there before our create was updated by it, as an upsert does.
    private static WriteResult Written(Intent intent, CrmRecord record) =>
        new(WriteStatus.Written, record.Id)
        {
            Created = intent.Plan.RecordId is null && !(record.CreatedAt < intent.Plan.NotBefore),
        };
}
