using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Access;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;
using LeadSync.Push.Writing;

namespace LeadSync.Push.TestBatches;

/// <summary>
/// Looks what a lane's round would do with samples: by the same search, match and decisions, with the same outcomes. Writes
/// nothing, here or at the CRM.
/// </summary>
public sealed class ForeseeLeads(Matcher matcher, Settlements settlements, TimeProvider clock)
{
    // A converted Lead leads to a Contact, which may have been merged: nothing real takes more.
    private const int MostLooks = 4;

    /// <param name="samples">Those of which something is wanted, by number.</param>
    /// <exception cref="CrmException">The CRM, or the access to it, failed as a whole.</exception>
    public async Task<IReadOnlyDictionary<int, ForeseenLead>> RunAsync(
        LookAccess access,
        string workspace,
        IReadOnlyList<TestLead> samples,
        CancellationToken cancellationToken
    )
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var batch = new List<WaitingLead>();
        foreach (var sample in samples.Where(sample => sample.Wanted is not null))
        {
            // A row of its own for each: two samples that happen to have one id are two leads.
            var wanted = sample.Wanted! with
            {
                LeadId = $"{sample.Number}",
            };
            numbers[wanted.LeadId] = sample.Number;
            batch.Add(
                new WaitingLead(workspace, wanted, 1, wanted.Version, Attempts: 0, PersonKeys.Of(wanted), Link: null)
            );
        }
        var seen = new Dictionary<int, ForeseenLead>();
        foreach (var one in await LookAsync(access, batch, looks: 1, cancellationToken))
            seen[numbers[one.Lead.Wanted.LeadId]] = one.Of(numbers);
        return seen;
    }

    private async Task<List<Look>> LookAsync(
        LookAccess access,
        List<WaitingLead> batch,
        int looks,
        CancellationToken cancellationToken
    )
    {
        if (batch.Count == 0)
            return [];
        Findings findings;
        try
        {
            await access.PrepareAsync(cancellationToken);
            findings = await matcher.FindAsync(access, batch, claim: null, cancellationToken, [RecordFields.Owner]);
        }
        catch (CrmException fault)
            when (fault.Failure.Class == FailureClass.Configuration
                && LaneRound.Uses(batch, fault.Failure.Fields) is { Count: > 0 } users
            )
        {
            return
            [
                .. users.Select(lead => Stopped(lead, fault.Failure)),
                .. await LookAsync(access, [.. batch.Except(users)], looks, cancellationToken),
            ];
        }
        catch (CrmException fault) when (fault.Failure.Class == FailureClass.Record)
        {
            if (batch.Count == 1)
                return [Stopped(batch[0], fault.Failure)];
            return
            [
                .. await LookAsync(access, batch[..(batch.Count / 2)], looks, cancellationToken),
                .. await LookAsync(access, batch[(batch.Count / 2)..], looks, cancellationToken),
            ];
        }

        var foreseen = await matcher.ForeseeAsync(batch[0].Wanted.ConnectionId, batch, findings, cancellationToken);
        if (looks < MostLooks && foreseen.Any(one => one.Decision is Decision.LookAgain))
        {
            // As the lane does it: with the record that was found now known to be the lead's.
            var linked = foreseen.Select(one =>
                one.Decision is Decision.LookAgain { Link: var link } ? one.Lead with { Link = link } : one.Lead
            );
            return await LookAsync(access, [.. linked], looks + 1, cancellationToken);
        }
        return [.. foreseen.Select(Told)];
    }

    private Look Told(Foreseen one)
    {
        var now = clock.GetUtcNow();
        return one.Decision switch
        {
            null => new Look(one.Lead, []) { WaitsFor = one.WaitsFor },
            Decision.Write { Plan: var plan, Match: var match } => new Look(
                one.Lead,
                [Tell.Matched(one.Lead, match, plan.RecordId is null ? SyncDecision.Create : SyncDecision.Update, now)]
            )
            {
                Object = plan.Object,
                Fields = plan.Fields,
                OwnerBefore = OwnerOf(match),
                Given = Owners.Given(plan),
            },
            Decision.Both { Primary: var primary, Other: var other } => new Look(
                one.Lead,
                [.. Told(one with { Decision = primary }).Outcomes, .. Told(one with { Decision = other }).Outcomes]
            )
            {
                Object = PlanOf(primary).Object,
                Fields = PlanOf(primary).Fields,
                OwnerBefore = OwnerOf(MatchOf(primary)),
                Other = new ForeseenOther(PlanOf(other).Fields, OwnerOf(MatchOf(other))),
            },
            Decision.Unchanged { Plan: var plan, Match: var match } => new Look(
                one.Lead,
                settlements.Of(one.Lead, one.Decision)!.Outcomes
            )
            {
                Object = plan.Object,
                Fields = plan.Fields,
                OwnerBefore = OwnerOf(match),
            },
            var decision => new Look(one.Lead, settlements.Of(one.Lead, decision)!.Outcomes),
        };
    }

    private static WritePlan PlanOf(Decision decision) =>
        decision is Decision.Unchanged { Plan: var plan } ? plan : ((Decision.Write)decision).Plan;

    private static Match MatchOf(Decision decision) =>
        decision is Decision.Unchanged { Match: var match } ? match : ((Decision.Write)decision).Match;

    private static string? OwnerOf(Match match) =>
        match is Match.One { Record: var record }
        && FoundRecords.Held(record, RecordFields.Owner) is var held
        && !FieldValue.IsEmpty(held)
            ? FieldValue.Text(held)
            : null;

    private Look Stopped(WaitingLead lead, CrmFailure failure) =>
        new(lead, settlements.Parked(lead, Trouble.Of(SyncStage.Match, failure)).Outcomes);

    private sealed record Look(WaitingLead Lead, IReadOnlyList<Outcome> Outcomes)
    {
        public WaitingLead? WaitsFor { get; init; }
        public string? Object { get; init; }
        public IReadOnlyList<FieldDecision> Fields { get; init; } = [];
        public string? OwnerBefore { get; init; }
        public TestOwner? Given { get; init; }
        public ForeseenOther? Other { get; init; }

        public ForeseenLead Of(Dictionary<string, int> numbers) =>
            new(Outcomes)
            {
                WaitsFor = WaitsFor is null ? null : numbers[WaitsFor.Wanted.LeadId],
                Object = Object,
                Fields = Fields,
                OwnerBefore = OwnerBefore,
                Given = Given,
                Other = Other,
            };
    }
}

/// <summary>What a lane's round would do with a sample.</summary>
/// <param name="Outcomes">What it would tell of it; of a write, of the match only.</param>
public sealed record ForeseenLead(IReadOnlyList<Outcome> Outcomes)
{
    /// <summary>The number of the sample that it waits for, being the same person.</summary>
    public int? WaitsFor { get; init; }

    /// <summary>The object that is written; null where none is.</summary>
    public string? Object { get; init; }

    public IReadOnlyList<FieldDecision> Fields { get; init; } = [];

    /// <summary>Who owned the record that was found.</summary>
    public string? OwnerBefore { get; init; }

    /// <summary>Whom the push rule gives a new record to; null where it says nothing, or the mapping does.</summary>
    public TestOwner? Given { get; init; }

    /// <summary>What would be done with the person's other record; null where there is one only, or one is written.</summary>
    public ForeseenOther? Other { get; init; }
}

/// <summary>What a lane's round would do with the other record of a sample that is Lead and Contact.</summary>
/// <param name="OwnerBefore">Who owns it.</param>
public sealed record ForeseenOther(IReadOnlyList<FieldDecision> Fields, string? OwnerBefore);

/// <summary>Fields that every test batch looks at, whatever is mapped; API names of Salesforce.</summary>
public static class RecordFields
{
    public const string Owner = WritePlan.OwnerField;

    /// <summary>Of Leads.</summary>
    public const string Status = "Status";
}
