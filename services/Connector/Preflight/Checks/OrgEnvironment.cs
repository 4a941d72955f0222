using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>Whether it is the real org or a copy of it.</summary>
public sealed class OrgEnvironment : IPreflightCheck
{
    private const string Check = "environment";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (facts.Organization.Value is not [var org, ..])
        {
            yield return Finding.Warn(
                Check,
                "It could not be read whether this is production or a sandbox",
                "Make sure that it is the org you mean.",
                "In Salesforce, see Setup > Company Information."
            );
            yield break;
        }
        var edition = org.Text("OrganizationType") is { } type ? $" ({type})" : "";
        yield return org.Flag("IsSandbox")
            ? Finding.Pass(
                Check,
                $"A sandbox: {org.Text("Name")}{edition}",
                "What is written here is for trying out and never reaches production. A refresh of the sandbox ends the connection."
            )
            : Finding.Pass(
                Check,
                $"Production: {org.Text("Name")}{edition}",
                "What is written here is real: sales people see it at once."
            );
    }
}
