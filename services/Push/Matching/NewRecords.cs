using LeadSync.Push.Lanes;

namespace LeadSync.Push.Matching;

/// <summary>What the push rule says of a record that is about to be created, beyond whether. Pure.</summary>
public static class NewRecords
{
    /// <param name="decision">What was decided; anything but a create stays as it is.</param>
    public static Decision Decide(Decision decision, WaitingLead lead, Findings findings, DateTimeOffset now) =>
        Ownership.AsAccount(
            AccountChoice.Apply(
                CreateWhenRule.Apply(decision, lead, findings.Rules, now),
                lead,
                findings.Rules,
                findings.Accounts
            ),
            findings.Rules,
            findings.Accounts
        );
}
