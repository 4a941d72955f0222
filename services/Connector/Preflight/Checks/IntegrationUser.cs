using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>
/// Whether LeadSync acts as a user of its own. Salesforce does not say whether a person logs in as that user too; what it
/// says of profile and permissions is told.
/// </summary>
public sealed class IntegrationUser : IPreflightCheck
{
    private const string Check = "integrationUser";

    private const string Fix =
        "In Salesforce, make a user for LeadSync alone (Setup > Users > New User: licence Salesforce Integration, profile "
        + "Minimum Access - API Only Integrations), give it a permission set with what this page asks for, and connect as that user.";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (facts.User.Value is not [var user, ..])
        {
            yield return Finding.Warn(
                Check,
                "It could not be read as whom LeadSync acts",
                "Every change LeadSync makes carries this user's name.",
                Fix,
                facts.UserId
            );
            yield break;
        }
        var name = $"{user.Text("Name")} ({user.Text("Username")})";
        var profile = user.Text("Profile.Name") ?? "";
        // The profiles of the integration licence, which nobody can log in to Salesforce's own pages with.
        if (
            profile.Contains("API Only", StringComparison.OrdinalIgnoreCase)
            || profile.Contains("Integration", StringComparison.OrdinalIgnoreCase)
        )
        {
            yield return Finding.Pass(
                Check,
                $"A user for integrations: {name}, profile {profile}",
                "What LeadSync changes can be told from what people change, and nobody's leaving ends the sync.",
                facts.UserId
            );
            yield break;
        }
        var seesAll = (facts.PermissionSets.Value ?? []).Any(set => set.Flag("PermissionSet.PermissionsModifyAllData"));
        yield return Finding.Warn(
            Check,
            $"Perhaps not a user of LeadSync's own: {name}, profile {profile}",
            (seesAll ? "The user may change everything in the org, far more than LeadSync needs. " : "")
                + "If a person uses it too, their changes look like LeadSync's; and when the person leaves, the sync stops.",
            Fix,
            facts.UserId
        );
    }
}
