using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>No lead is written with the status of a converted lead: only Salesforce's own conversion may set that.</summary>
public sealed class ConvertedStatus : IPreflightCheck
{
    private const string Check = "leadStatus";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (!facts.Writes || Status(facts) is not { } status)
            yield break;
        if (facts.LeadStatuses.Value is not { } statuses)
        {
            yield return Finding.Warn(
                Check,
                "It could not be read which Lead Status means converted",
                "A lead cannot be given that status by writing it.",
                "In Salesforce, see Setup > Object Manager > Lead > Fields & Relationships > Lead Status, column Converted; do not map to that value.",
                "Lead.Status"
            );
            yield break;
        }
        var converted = statuses
            .Where(row => row.Flag("IsConverted"))
            .Select(row => row.Text("ApiName") ?? row.Text("MasterLabel"))
            .OfType<string>()
            .ToList();
        var wrong = status.Values.Intersect(converted, StringComparer.Ordinal).ToList();
        yield return wrong.Count == 0
            ? Finding.Pass(
                Check,
                "Lead Status is never set to a converted one",
                $"That is left to Salesforce's Convert button ({string.Join(", ", converted)}).",
                "Lead.Status"
            )
            : Finding.Fail(
                Check,
                $"Lead Status is set to '{wrong[0]}', which means converted",
                "Salesforce refuses it: a lead becomes converted by its Convert button only.",
                "In LeadSync, map to another status.",
                "Lead.Status"
            );
    }

    private static PreflightField? Status(OrgFacts facts) =>
        facts
            .Wanted.Objects.Where(mapped => OrgFacts.Names.Equals(mapped.Object, "Lead"))
            .SelectMany(mapped => mapped.Fields)
            .FirstOrDefault(field => OrgFacts.Names.Equals(field.Field, "Status"));
}
