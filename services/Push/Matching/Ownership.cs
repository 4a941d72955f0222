using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>Whom records may be given to, as the CRM said when the batch was matched.</summary>
/// <param name="All">Null where it is not known; then whoever the rule names is taken, and the CRM says when it will not have it.</param>
/// <param name="Self">The user that LeadSync is connected as.</param>
public sealed record OwnersNow(IReadOnlyList<CrmOwner>? All, string? Self)
{
    public bool CanOwn(OwnerRule owner, string objectName) =>
        All is null
        || All.Any(one =>
            one.Id == owner.Id
            && (
                owner.By == OwnerKind.Queue
                    ? one.Objects?.Contains(objectName, StringComparer.Ordinal) == true
                    : one.Objects is null
            )
        );
}

/// <summary>
/// What a record is given beside its mapped fields when it is created, and never again: its owner and its record type. Pure. A
/// mapping that writes either itself is the stronger.
/// </summary>
public static class Ownership
{
    private static readonly OwnersNow Unknown = new(All: null, Self: null);

    /// <summary>The users and queues that must be seen to decide about a batch; null where nobody new could belong to one.</summary>
    public static OwnerSearch? SearchFor(IReadOnlyList<WaitingLead> batch, RuleSet rules)
    {
        var named = batch
            .Where(lead => CouldCreate(lead, rules))
            .Select(lead => rules.Of(lead.Wanted.CreateAs).Owner)
            .Distinct()
            .SelectMany(Chain)
            .ToLookup(owner => owner.By, owner => owner.Id!);
        return named.Count == 0
            ? null
            : new OwnerSearch(
                named[OwnerKind.User].ToHashSet(StringComparer.Ordinal),
                named[OwnerKind.Queue].ToHashSet(StringComparer.Ordinal)
            );
    }

    /// <summary>The plan of a create with what its rule says of owner and record type.</summary>
    /// <param name="owners">Null where nobody had to be looked at.</param>
    public static WritePlan Give(WritePlan plan, PushRule rule, OwnersNow? owners)
    {
        var typed = Writes(plan, WritePlan.RecordTypeField) ? plan : plan with { RecordTypeId = rule.RecordType };
        if (Writes(plan, WritePlan.OwnerField))
            return typed;
        return rule.Owner.By switch
        {
            OwnerKind.Leave => typed,
            OwnerKind.AssignmentRules => typed with { Assignment = new Assignment(rule.Owner.Id) },
            _ => typed with { Owner = Choose(rule.Owner, plan.Object, owners ?? Unknown) },
        };
    }

    private static RecordOwner? Choose(OwnerRule rule, string objectName, OwnersNow owners)
    {
        if (Chain(rule).FirstOrDefault(owner => owners.CanOwn(owner, objectName)) is { Id: { } id } chosen)
        {
            var by =
                !ReferenceEquals(chosen, rule) ? OwnerChoice.Fallback
                : rule.By == OwnerKind.Queue ? OwnerChoice.Queue
                : OwnerChoice.User;
            return new RecordOwner(id, by);
        }
        return RecordId.TryLengthen(owners.Self, out var self)
            ? new RecordOwner(self, OwnerChoice.IntegrationUser)
            : null;
    }

    // Who is known to be a record may still be created anew, where that record was deleted.
    private static bool CouldCreate(WaitingLead lead, RuleSet rules)
    {
        var rule = rules.Of(lead.Wanted.CreateAs);
        return rule.Mode != RuleMode.UpdateOnly
            && (lead.Link is null || rule.DeletedRecord == DeletedRecordPolicy.CreateAnew);
    }

    private static IEnumerable<OwnerRule> Chain(OwnerRule owner) =>
        owner.By is OwnerKind.User or OwnerKind.Queue ? [owner, .. owner.Fallback] : [];

    private static bool Writes(WritePlan plan, string field) =>
        plan.Fields.Any(one => one.Written && one.Field.Equals(field, StringComparison.OrdinalIgnoreCase));
}
