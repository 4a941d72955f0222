using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>
/// Which duplicate rules act on what is created. Salesforce shows that a rule is active, but neither its action nor that it
/// really finds anyone: that shows only when something is written.
/// </summary>
public sealed class DuplicateRules : IPreflightCheck
{
    private const string Check = "duplicateRules";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        foreach (var mapped in facts.Created.Where(mapped => mapped.Object is "Lead" or "Contact"))
            yield return Look(facts, mapped.Object);
    }

    private static PreflightFinding Look(OrgFacts facts, string name)
    {
        if (facts.DuplicateRules.Value is not { } all)
        {
            return Finding.Warn(
                Check,
                $"The duplicate rules of {name} could not be read",
                "A rule that finds a duplicate makes Salesforce refuse the create, even where people only get an alert.",
                "In Salesforce, see Setup > Duplicate Rules; or give the user View Setup and Configuration and run this again.",
                name
            );
        }
        var rules = Labels(all, name);
        if (rules.Count == 0)
        {
            return Finding.Warn(
                Check,
                $"No duplicate rule is active for {name}",
                "LeadSync looks for a person before it creates one; but what a person creates by hand at the same moment, or with "
                    + "another spelling, nobody stops.",
                "In Salesforce: Setup > Duplicate Rules > New Rule > the object; choose a matching rule, Action On Create: Allow, tick "
                    + "Alert and Report; Save, Activate.",
                name
            );
        }
        var matching = facts.MatchingRules.Value is { } known
            ? Labels([.. known.Where(rule => rule.Text("RuleStatus") is "Active")], name)
            : null;
        var list = string.Join(", ", rules);
        if (matching is { Count: 0 })
        {
            return Finding.Warn(
                Check,
                $"Duplicate rules are active for {name} ({list}), but no matching rule of it is",
                "Without an active matching rule they find nobody.",
                "In Salesforce: Setup > Matching Rules > the rule that the duplicate rule names > Activate.",
                name
            );
        }
        return Finding.Warn(
            Check,
            $"Duplicate rules are active for {name}: {list}"
                + (matching is null ? "" : $"; matching rules: {string.Join(", ", matching)}"),
            "When one finds somebody, Salesforce refuses LeadSync's create, also where people only get an alert. LeadSync then updates "
                + "the record found if email or external id are equal, and otherwise parks the lead with the candidates. Whether "
                + "the rules really find somebody cannot be told without writing.",
            $"To see it: in Salesforce, {(name == "Lead" ? "Leads" : "Contacts")} > New, type the name and email of one that is there, "
                + "Save: the alert must name it. Leave the form with Cancel.",
            name
        );
    }

    private static List<string> Labels(IEnumerable<System.Text.Json.JsonElement> rules, string name) =>
        [
            .. rules
                .Where(rule => OrgFacts.Names.Equals(rule.Text("SobjectType"), name))
                .Select(rule => rule.Text("MasterLabel") ?? "unnamed"),
        ];
}
