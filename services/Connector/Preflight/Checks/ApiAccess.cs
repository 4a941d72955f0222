using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>The org has the API, its version is one we speak, and the user may use it. That anything was read proves it.</summary>
public sealed class ApiAccess : IPreflightCheck
{
    private const string Check = "apiAccess";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts) =>
        [
            Finding.Pass(
                Check,
                "The API is enabled, in the version that LeadSync speaks",
                "The user may use the REST API of this org."
            ),
        ];

    /// <summary>The org refused everything.</summary>
    public static PreflightFinding Refused(CrmFailure failure) =>
        Finding.Fail(
            Check,
            "The org lets us read nothing, so nothing else could be checked",
            failure.Cause,
            $"{failure.Fix} The user needs 'API Enabled' (Setup > Users > Profiles or Permission Sets > System Permissions); "
                + "the edition needs the API: Enterprise, Unlimited, Performance or Developer, or Professional with the API "
                + "added (ask your Salesforce account executive). Then run the preflight again."
        );
}
