using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>With state and country picklists Salesforce refuses an address that is not in its lists.</summary>
public sealed class StatesAndCountries : IPreflightCheck
{
    private const string Check = "stateAndCountry";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (!facts.Writes)
            yield break;
        foreach (var mapped in facts.Wanted.Objects)
        {
            if (facts.Find(mapped.Object) is not { } described)
                continue;
            var coded = described
                .Schema.Fields.Where(field => field.Name.EndsWith("CountryCode", StringComparison.Ordinal))
                .Select(field => field.Name[..^"CountryCode".Length])
                .ToList();
            var written = mapped
                .Fields.Where(field =>
                    coded.Any(prefix =>
                        OrgFacts.Names.Equals(field.Field, $"{prefix}State")
                        || OrgFacts.Names.Equals(field.Field, $"{prefix}Country")
                    )
                )
                .Select(field => field.Field)
                .ToList();
            if (coded.Count == 0)
                continue;
            yield return written.Count == 0
                ? Finding.Pass(
                    Check,
                    "State and country picklists are on; no state or country is mapped",
                    "Nothing to mind.",
                    mapped.Object
                )
                : Finding.Warn(
                    Check,
                    $"State and country picklists are on, and {string.Join(", ", written)} of {mapped.Object} are mapped as text",
                    "Salesforce refuses a lead whose state or country is not written exactly as in its lists, or a state without its country.",
                    "In Salesforce: Setup > State and Country/Territory Picklists shows the values and their Integration Values; let the form "
                        + "offer those, or map codes to the fields ending in StateCode and CountryCode.",
                    mapped.Object
                );
        }
    }
}
