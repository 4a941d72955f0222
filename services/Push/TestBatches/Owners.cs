using LeadSync.Contracts;
using LeadSync.Push.Writing;

namespace LeadSync.Push.TestBatches;

/// <summary>Whose a sample's record will be. Pure.</summary>
internal static class Owners
{
    /// <param name="fields">What was decided for each mapped field.</param>
    /// <param name="before">Who owns the record that was found; null where it is not known.</param>
    /// <param name="integrationUser">The user we act as, who owns what is created when nobody says otherwise.</param>
    /// <returns>Null where nothing is written to any record.</returns>
    public static TestOwner? Expected(
        TestAction action,
        IReadOnlyList<FieldDecision> fields,
        string? before,
        string? integrationUser
    ) =>
        action switch
        {
            TestAction.Create
            or TestAction.Update
                when fields.FirstOrDefault(field => field is { Field: RecordFields.Owner, Written: true })
                    is { } mapped => new TestOwner("mapping", FieldValue.Text(mapped.After)),
            TestAction.Create => new TestOwner("integrationUser", integrationUser),
            // Updates never assign anew.
            TestAction.Update or TestAction.Unchanged => new TestOwner("unchanged", before),
            _ => null,
        };
}
