using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>Every mapped field is there, and the user may see it and, where it is written, write it.</summary>
public sealed class MappedFields : IPreflightCheck
{
    private const string Check = "mappedFields";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        foreach (var mapped in facts.Wanted.Objects)
        {
            // That the object itself cannot be read is another check's to say.
            if (facts.Find(mapped.Object) is not { } described)
                continue;
            var faults = mapped
                .Fields.Select(field => Fault(facts, mapped, field, described))
                .OfType<PreflightFinding>()
                .ToList();
            foreach (var fault in faults)
                yield return fault;
            if (faults.Count == 0)
            {
                yield return Finding.Pass(
                    Check,
                    $"All {mapped.Fields.Count} mapped fields of {mapped.Object} can be {(facts.Writes ? "written" : "read")}",
                    "Field-level security lets the user do what the mapping asks for.",
                    mapped.Object
                );
            }
        }
    }

    private static PreflightFinding? Fault(
        OrgFacts facts,
        PreflightObject mapped,
        PreflightField wanted,
        DescribedOrgObject described
    )
    {
        var subject = $"{mapped.Object}.{wanted.Field}";
        if (described.Field(wanted.Field) is not { } field)
        {
            return Finding.Fail(
                Check,
                $"{subject} is not there, or hidden from the user",
                facts.Writes
                    ? $"Salesforce takes no write that names it, so no lead can be written to {mapped.Object}."
                    : "It cannot be read.",
                $"If the field was deleted or renamed, change the mapping. Otherwise: {Security(mapped.Object, wanted.Field)} "
                    + (facts.Writes ? "tick Visible and untick Read-Only" : "tick Visible")
                    + ", Save (or tick Read Access and Edit Access in its permission set).",
                subject
            );
        }
        if (!facts.Writes)
            return null;
        var creates = facts.Created.Any(created => OrgFacts.Names.Equals(created.Object, mapped.Object));
        var lacks =
            creates && !field.Createable ? "when a record is created"
            : facts.Wanted.Rules.Updates && !wanted.OnlyOnCreate && !field.Updateable ? "when a record is changed"
            : null;
        return lacks is null
            ? null
            : Finding.Fail(
                Check,
                $"{field.Label} ({subject}) can be seen but not written {lacks}",
                $"Salesforce refuses such a write as a whole, so no lead gets to {mapped.Object} that way.",
                $"{Security(mapped.Object, field.Label)} untick Read-Only for the user's profile, Save (or tick Edit Access in its "
                    + "permission set). If Salesforce offers no such tick, the field is a formula or kept by Salesforce: map another.",
                subject
            );
    }

    private static string Security(string objectName, string field) =>
        $"In Salesforce: Setup > Object Manager > {objectName} > Fields & Relationships > {field} > Set Field-Level Security:";
}
