using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>What the mapping writes into picklists is what they offer.</summary>
public sealed class PicklistValues : IPreflightCheck
{
    private const string Check = "picklistValues";
    private const int Shown = 12;

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (!facts.Writes)
            yield break;
        foreach (var mapped in facts.Wanted.Objects)
        {
            if (facts.Find(mapped.Object) is not { } described)
                continue;
            var picklists = mapped
                .Fields.Select(wanted => (Wanted: wanted, Field: described.Field(wanted.Field)))
                .Where(one => one.Field is { Type: "picklist" or "multipicklist" })
                .ToList();
            var findings = picklists.SelectMany(one => Look(mapped.Object, one.Wanted, one.Field!)).ToList();
            foreach (var finding in findings)
                yield return finding;
            if (picklists.Count > 0 && findings.Count == 0)
            {
                yield return Finding.Pass(
                    Check,
                    $"What goes into the picklists of {mapped.Object} is among their values",
                    "Reports and filters see these leads.",
                    mapped.Object
                );
            }
        }
    }

    private static IEnumerable<PreflightFinding> Look(string objectName, PreflightField wanted, FieldSchema field)
    {
        var subject = $"{objectName}.{field.Name}";
        var offered =
            string.Join(", ", field.PicklistValues.Take(Shown)) + (field.PicklistValues.Count > Shown ? ", …" : "");
        // One part of a multi-select is compared at a time.
        var unknown = wanted
            .Values.SelectMany(value => field.Type == "multipicklist" ? value.Split(';') : [value])
            .Where(value => !field.PicklistValues.Contains(value, StringComparer.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (unknown.Count > 0)
        {
            var quoted = string.Join(", ", unknown.Select(value => $"'{value}'"));
            var fix =
                $"In LeadSync, map to one of: {offered}. Or in Salesforce: Setup > Object Manager > {objectName} > Fields & "
                + $"Relationships > {field.Label} > Values > New, add {quoted} (for Lead Status, Setup > Picklist Value Sets or the "
                + "field Lead Status), and make it available in the record types that are used.";
            yield return field.RestrictedPicklist
                ? Finding.Fail(
                    Check,
                    $"{field.Label} ({subject}) does not offer {quoted}",
                    "The picklist is restricted: Salesforce refuses a record with another value.",
                    fix,
                    subject
                )
                : Finding.Warn(
                    Check,
                    $"{field.Label} ({subject}) does not offer {quoted}",
                    "Salesforce stores it all the same, as a value that no list, filter or report of the org knows.",
                    fix,
                    subject
                );
        }
        if (wanted.AnyValue && field.RestrictedPicklist)
        {
            yield return Finding.Warn(
                Check,
                $"{field.Label} ({subject}) gets whatever was captured, and takes only its own values",
                $"A lead with another value waits here until the value or the mapping is changed. Its values: {offered}.",
                "Let the form offer these values, or turn its own into them in the mapping.",
                subject
            );
        }
    }
}
