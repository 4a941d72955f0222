using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>A field of LeadSync's own by which a person is found for certain; or exactly what to create.</summary>
public sealed class ExternalId : IPreflightCheck
{
    private const string Check = "externalId";
    private const string Suggested = "LeadSync_Id__c";
    private const int Length = 255;

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (!facts.Writes)
            yield break;
        foreach (var mapped in facts.Wanted.Objects.Where(mapped => mapped.Object is "Lead" or "Contact"))
        {
            var name = mapped.ExternalIdField ?? facts.Wanted.Rules.ExternalIdField;
            if (facts.Find(mapped.Object) is { } described)
                yield return name is null ? NotUsed(mapped.Object, described) : Look(mapped.Object, name, described);
        }
    }

    private static PreflightFinding NotUsed(string objectName, DescribedOrgObject described)
    {
        var usable = described.Schema.Fields.FirstOrDefault(field =>
            field is { Custom: true, ExternalId: true, Unique: true }
        );
        return Finding.Warn(
            Check,
            $"People are found by record id and email only, not by an external id, on {objectName}",
            "Email is not unique in Salesforce: whoever has two addresses, or shares one, may be taken for another.",
            usable is null
                ? $"To have one: {Create(objectName, Suggested, "LeadSync Id")}"
                : $"The field {usable.Label} ({usable.Name}) could serve: it is External ID and Unique. Name it in LeadSync's match keys.",
            objectName
        );
    }

    private static PreflightFinding Look(string objectName, string name, DescribedOrgObject described)
    {
        var subject = $"{objectName}.{name}";
        if (described.Field(name) is not { } field)
        {
            return Finding.Fail(
                Check,
                $"The external id field {subject} is not there, or hidden from the user",
                "People cannot be found by it, and no write that names it is taken.",
                $"{Create(objectName, name, Label(name))} If it is there already, make it visible: Set Field-Level Security, tick Visible.",
                subject
            );
        }
        var missing = new List<string>();
        if (!field.ExternalId)
            missing.Add("External ID");
        if (!field.Unique)
            missing.Add("Unique");
        return missing.Count == 0
            ? Finding.Pass(
                Check,
                $"{field.Label} ({subject}) is External ID and Unique",
                "Salesforce itself keeps a second record with the same id out.",
                subject
            )
            : Finding.Fail(
                Check,
                $"{field.Label} ({subject}) is not {string.Join(" and not ", missing)}",
                "Two records could carry one id, and Salesforce may refuse to look for it.",
                $"In Salesforce: Setup > Object Manager > {objectName} > Fields & Relationships > {field.Label} > Edit, tick "
                    + $"{string.Join(" and ", missing)}, Save. Records that share a value have to be mended first.",
                subject
            );
    }

    private static string Create(string objectName, string name, string label) =>
        $"In Salesforce: Setup > Object Manager > {objectName} > Fields & Relationships > New, type Text; Field Label '{label}', "
        + $"Length {Length}, Field Name '{(name.EndsWith("__c", StringComparison.Ordinal) ? name[..^3] : name)}' (API name {name}); "
        + "tick Unique with 'Treat \"ABC\" and \"abc\" as duplicate values (case insensitive)', and tick External ID; "
        + "then Visible for the integration user's profile, not Read-Only, on no page layout; Save.";

    private static string Label(string name) =>
        (name.EndsWith("__c", StringComparison.Ordinal) ? name[..^3] : name).Replace('_', ' ');
}
