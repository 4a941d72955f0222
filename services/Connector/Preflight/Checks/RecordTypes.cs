using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>Record types change which picklist values are taken and which process a record follows.</summary>
public sealed class RecordTypes : IPreflightCheck
{
    private const string Check = "recordTypes";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        foreach (var mapped in facts.Created)
        {
            if (facts.Find(mapped.Object) is not { RecordTypes: var types })
                continue;
            var isMapped = mapped.Fields.Any(field => OrgFacts.Names.Equals(field.Field, "RecordTypeId"));
            yield return (types.Count, isMapped) switch
            {
                (0, _) => Finding.Pass(
                    Check,
                    $"{mapped.Object} has no record types",
                    "Every record follows the same process.",
                    mapped.Object
                ),
                (_, true) => Finding.Pass(
                    Check,
                    $"{mapped.Object} has record types ({string.Join(", ", types)}), and the mapping sets one",
                    "A picklist takes only the values of the record's own type.",
                    mapped.Object
                ),
                _ => Finding.Warn(
                    Check,
                    $"{mapped.Object} has record types ({string.Join(", ", types)}), and the mapping sets none",
                    "New records get the default type of the user's profile, and picklists take only that type's values.",
                    "In Salesforce: Setup > Users > Profiles > the user's profile > Object Settings > "
                        + $"{mapped.Object}: check the default record type; or map Record Type ID to the one you want.",
                    mapped.Object
                ),
            };
        }
    }
}
