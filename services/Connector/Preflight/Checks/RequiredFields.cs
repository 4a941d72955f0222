using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>Every field without which Salesforce refuses a create is mapped. Fields that only a page layout asks for are not.</summary>
public sealed class RequiredFields : IPreflightCheck
{
    private const string Check = "requiredFields";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        foreach (var mapped in facts.Created)
        {
            if (facts.Find(mapped.Object) is not { } described)
                continue;
            var required = described.Schema.Fields.Where(field => field.RequiredOnCreate).ToList();
            var missing = required
                .Where(field => !mapped.Fields.Any(one => OrgFacts.Names.Equals(one.Field, field.Name)))
                .ToList();
            foreach (var field in missing)
            {
                yield return Finding.Fail(
                    Check,
                    $"{field.Label} ({mapped.Object}.{field.Name}) is required, and not mapped",
                    $"Salesforce refuses to create any {mapped.Object} without it.",
                    $"In LeadSync, map a lead field or a constant to {field.Name}. Or in Salesforce: Setup > Object Manager > "
                        + $"{mapped.Object} > Fields & Relationships > {field.Label} > Edit, "
                        + (
                            field.Custom
                                ? "untick Required, or give it a Default Value."
                                : "give it a Default Value where it takes one."
                        ),
                    $"{mapped.Object}.{field.Name}"
                );
            }
            if (missing.Count == 0)
            {
                yield return Finding.Pass(
                    Check,
                    $"All required fields of {mapped.Object} are mapped: {string.Join(", ", required.Select(field => field.Label))}",
                    "A lead that has no value for one of them, where the mapping has no default, waits until it has one.",
                    mapped.Object
                );
            }
        }
    }
}
