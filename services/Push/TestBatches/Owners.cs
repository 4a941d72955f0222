using LeadSync.Contracts;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;

namespace LeadSync.Push.TestBatches;

/// <summary>Whose a sample's record will be. Pure.</summary>
internal static class Owners
{
    /// <summary>By the org's assignment rules: nobody knows beforehand to whom.</summary>
    public const string ByAssignmentRules = "assignmentRules";

    /// <summary>What a plan's push rule says of a new record's owner; null where it says nothing.</summary>
    public static TestOwner? Given(WritePlan plan) =>
        plan.Assignment is not null ? new TestOwner(ByAssignmentRules, Id: null)
        : plan.Owner is { } owner ? new TestOwner(RuleText.Of(owner.By), owner.Id)
        : null;

    /// <summary>The same of a record that was created: who was foreseen may have left in between.</summary>
    public static TestOwner? Given(WrittenRecord written, TestOwner? foreseen) =>
        foreseen is { By: ByAssignmentRules } || written.Owner is not { } owner
            ? foreseen
            : new TestOwner(RuleText.Of(owner.By), owner.Id);

    /// <param name="fields">What was decided for each mapped field.</param>
    /// <param name="before">Who owns the record that was found; null where it is not known.</param>
    /// <param name="given">Whom the push rule gives a new record to.</param>
    /// <param name="integrationUser">The user we act as, who owns what is created when nobody says otherwise.</param>
    /// <returns>Null where nothing is written to any record.</returns>
    public static TestOwner? Expected(
        TestAction action,
        IReadOnlyList<FieldDecision> fields,
        string? before,
        TestOwner? given,
        string? integrationUser
    ) =>
        action switch
        {
            TestAction.Create
            or TestAction.Update
                when fields.FirstOrDefault(field => field is { Field: RecordFields.Owner, Written: true })
                    is { } mapped => new TestOwner("mapping", FieldValue.Text(mapped.After)),
            TestAction.Create => given ?? new TestOwner("integrationUser", integrationUser),
            // Updates never assign anew.
            TestAction.Update or TestAction.Unchanged => new TestOwner("unchanged", before),
            _ => null,
        };
}
