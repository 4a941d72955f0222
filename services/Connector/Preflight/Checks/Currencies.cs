using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>With several currencies an amount is taken in the record's own.</summary>
public sealed class Currencies : IPreflightCheck
{
    private const string Check = "currencies";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (!facts.Writes)
            yield break;
        foreach (var mapped in facts.Wanted.Objects)
        {
            if (facts.Find(mapped.Object) is not { } described || described.Field("CurrencyIsoCode") is null)
                continue;
            var amounts = mapped
                .Fields.Where(field => described.Field(field.Field)?.Type == "currency")
                .Select(field => field.Field)
                .ToList();
            var setsIt = mapped.Fields.Any(field => OrgFacts.Names.Equals(field.Field, "CurrencyIsoCode"));
            yield return amounts.Count == 0 || setsIt
                ? Finding.Pass(
                    Check,
                    "The org has several currencies",
                    amounts.Count == 0 ? "No amount is mapped." : "The mapping says which.",
                    mapped.Object
                )
                : Finding.Warn(
                    Check,
                    $"The org has several currencies, and {string.Join(", ", amounts)} of {mapped.Object} are mapped without one",
                    "Amounts are taken in the currency of the user LeadSync acts as.",
                    "Map the currency (CurrencyIsoCode) too; or in Salesforce: Setup > Users > the integration user > Edit, Currency.",
                    mapped.Object
                );
        }
    }
}
