using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>Person accounts make a lead without a company into a person account, and a Contact that cannot be written alone.</summary>
public sealed class PersonAccounts : IPreflightCheck
{
    private const string Check = "personAccounts";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (!facts.Writes || facts.Find("Account") is not { } account)
            yield break;
        yield return account.Field("IsPersonAccount") is null
            ? Finding.Pass(Check, "Person accounts are not in use", "Companies and people are separate records.")
            : Finding.Warn(
                Check,
                "Person accounts are in use",
                "A lead without a company is converted into a person account, and a lead with a company into a business account; the "
                    + "Contact of a person account is changed through the account.",
                "Map Company only where there really is one. In Salesforce see Setup > Account Settings > Person Accounts."
            );
    }
}
