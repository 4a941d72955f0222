using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Outcomes;

namespace LeadSync.Push.Writing;

/// <summary>What is certain of an intent.</summary>
/// <param name="Result">Written or refused; null where it never happened.</param>
/// <param name="Assigned">Whom the org's assignment rules gave a new record to; null where that is not known.</param>
public sealed record Answer(Intent Intent, WriteResult? Result, RecordOwner? Assigned = null);

/// <summary>
/// Ends the work on leads with what is certain of their intents. A lead that is written to two records ends with the later of its
/// two: until then the answer of the earlier is kept with its intent. What was written counts as applied, whatever becomes of the other.
/// </summary>
public sealed class EndLeads(
    Settler settler,
    Settlements settlements,
    LateFacts lateFacts,
    IntentStore intents,
    TimeProvider clock
)
{
    /// <summary>Ends those leads of which all is certain, and keeps what is certain of the others.</summary>
    /// <returns>Whether all of them ended.</returns>
    /// <exception cref="LeaseLostException">The lane is no longer ours; nothing was changed.</exception>
    public async Task<bool> EndAsync(Lease lease, IReadOnlyList<Answer> answers, CancellationToken cancellationToken)
    {
        var ofLeads = answers.GroupBy(answer => answer.Intent.Lead.Key).Select(group => group.ToList()).ToList();
        var halves = ofLeads.FindAll(IsHalf).ConvertAll(group => group[0]);
        await EndAsync(lease, ofLeads.FindAll(group => !IsHalf(group)), cancellationToken);
        await intents.ForgetAsync(
            lease,
            [.. halves.Where(half => half.Result is null).Select(half => half.Intent.IntentId)],
            cancellationToken
        );
        var facts = halves.FindAll(half => half.Result is not null);
        if (facts.Count > 0)
            await lateFacts.StoreAsync(
                lease,
                [.. facts.Select(half => (half.Intent, half.Result!))],
                cancellationToken
            );
        return halves.Count == 0;
    }

    /// <summary>Ends leads of whose intents there are no others than these.</summary>
    /// <exception cref="LeaseLostException">The lane is no longer ours; nothing was changed.</exception>
    public Task EndAllAsync(Lease lease, IEnumerable<Answer> answers, CancellationToken cancellationToken) =>
        EndAsync(
            lease,
            [.. answers.GroupBy(answer => answer.Intent.Lead.Key).Select(group => group.ToList())],
            cancellationToken
        );

    private Task EndAsync(Lease lease, List<List<Answer>> ofLeads, CancellationToken cancellationToken) =>
        settler.SettleAsync(lease, [.. ofLeads.Select(Of)], cancellationToken);

    private static bool IsHalf(List<Answer> ofLead) => ofLead is [{ Intent.IsOneOfTwo: true }];

    private Settlement Of(List<Answer> ofLead)
    {
        if (ofLead is [{ Intent.Other: null } only])
            return One(only);
        // The other one never happened, and is forgotten.
        var isHalf = IsHalf(ofLead);
        var ends = ofLead.ConvertAll(answer => One(answer));
        var again = ends.FindAll(end => end.End is RowEnd.Retried or RowEnd.Again).ConvertAll(end => end.Wait);
        if (isHalf)
            again.Add(TimeSpan.Zero);
        var isPartly = isHalf || ends.Exists(end => end.End != RowEnd.Done || end.ParkCode is not null);
        if (isPartly)
            ends = ofLead.ConvertAll(answer => One(answer, isPartly, again.Count > 0 ? again.Max() : null));

        var parts = ofLead
            .Zip(ends, (answer, end) => new Part(answer.Intent.Other!.IsPrimary, end.Link, end.Applied, end.Outcomes))
            .Concat(ofLead.Select(answer => Unchanged(answer.Intent, isPartly)).OfType<Part>())
            .OrderBy(part => part.IsOther)
            .ToList();
        var parked = ends.Find(end => end.ParkCode is not null);
        return new Settlement(ofLead[0].Intent.Lead, EndOf(ends, isHalf))
        {
            IntentIds = [.. ends.SelectMany(end => end.IntentIds)],
            Released = [.. ends.SelectMany(end => end.Released ?? []).Distinct(StringComparer.Ordinal)],
            Link = parts.Find(part => !part.IsOther)?.Record,
            Applied = parts.Find(part => !part.IsOther)?.Applied ?? AppliedStore.Nothing,
            Other = parts.Find(part => part.IsOther)?.Record,
            OtherApplied = parts.Find(part => part.IsOther)?.Applied ?? AppliedStore.Nothing,
            ParkCode = parked?.ParkCode,
            ParkMessage = parked?.ParkMessage,
            Wait = again.Count > 0 ? again.Max() : TimeSpan.Zero,
            Outcomes = [.. parts.SelectMany(part => part.Outcomes)],
        };
    }

    // What waits for a person must not keep the other record waiting: only once there is nothing more to try it is parked.
    private static RowEnd EndOf(List<Settlement> ends, bool isHalf) =>
        ends.Exists(end => end.End == RowEnd.Retried) ? RowEnd.Retried
        : isHalf || ends.Exists(end => end.End == RowEnd.Again) ? RowEnd.Again
        : ends.Exists(end => end.End == RowEnd.Parked) ? RowEnd.Parked
        : RowEnd.Done;

    private Settlement One(Answer answer, bool isPartly = false, TimeSpan? againIn = null) =>
        answer.Result is null
            ? Settlements.NeverHappened(answer.Intent)
            : settlements.Of(answer.Intent, answer.Result, answer.Assigned, isPartly, againIn);

    // The other record, where it needed no write.
    private Part? Unchanged(Intent intent, bool isPartly)
    {
        if (intent.Other is not { Unchanged: { } plan } other)
            return null;
        var told = Tell.Written(
            intent.Lead,
            plan,
            WriteOutcome.Unchanged,
            other.Record,
            requestId: null,
            clock.GetUtcNow(),
            beside: other.IsPrimary ? null : intent.Record,
            partly: isPartly
        );
        return new Part(!other.IsPrimary, other.Record, plan.Applied, [told]);
    }

    /// <summary>How one of a lead's two records ends.</summary>
    /// <param name="IsOther">The lead is known by the other one of them.</param>
    private sealed record Part(
        bool IsOther,
        KnownRecord? Record,
        IReadOnlyDictionary<string, AppliedField> Applied,
        IReadOnlyList<Outcome> Outcomes
    );
}
