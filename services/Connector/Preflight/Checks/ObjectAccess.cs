using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>Read, Create and Edit on every object that is written, and on Lead and Contact, as which people are looked for.</summary>
public sealed class ObjectAccess : IPreflightCheck
{
    private const string Check = "objectAccess";
    private static readonly string[] People = ["Lead", "Contact"];

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        var objects = facts.Wanted.Objects.Select(mapped => mapped.Object);
        foreach (var name in (facts.Writes ? objects.Concat(People) : objects).Distinct(OrgFacts.Names))
            yield return Look(facts, name);
    }

    private static PreflightFinding Look(OrgFacts facts, string name)
    {
        var isMapped = facts.Wanted.Objects.Any(mapped => OrgFacts.Names.Equals(mapped.Object, name));
        if (facts.Find(name) is not { Schema: var schema })
        {
            var why = facts.Objects.TryGetValue(name, out var fact) ? fact.Failure : null;
            return why is { Class: Crm.FailureClass.Configuration or Crm.FailureClass.Record }
                ? Finding.Fail(
                    Check,
                    $"{name} cannot be read",
                    isMapped
                        ? $"Nothing can be synced to {name}."
                        : $"Whoever is already there as a {name} is not found, and is created a second time.",
                    Fix(name, "Read"),
                    name
                )
                : Finding.Warn(
                    Check,
                    $"What may be done with {name} could not be read now",
                    why?.Cause ?? "Salesforce gave no readable answer.",
                    "Run the preflight again in a minute.",
                    name
                );
        }
        if (!facts.Writes || !isMapped)
            return Finding.Pass(Check, $"{name} may be read", "Records that are there are found.", name);

        var missing = new List<string>();
        if (facts.Created.Any(mapped => OrgFacts.Names.Equals(mapped.Object, name)) && !schema.Createable)
            missing.Add("Create");
        if (facts.Wanted.Rules.Updates && !schema.Updateable)
            missing.Add("Edit");
        return missing.Count == 0
            ? Finding.Pass(Check, $"{name} may be read and written", "The user has what the rules ask for.", name)
            : Finding.Fail(
                Check,
                $"The user lacks {string.Join(" and ", missing)} on {name}",
                $"Salesforce refuses to {string.Join(" and to ", missing.Select(right => right == "Create" ? "create" : "change"))} "
                    + $"any {name}: those leads stay here, failed.",
                Fix(name, [.. missing.Prepend("Read")]),
                name
            );
    }

    private static string Fix(string name, params string[] rights) =>
        "In Salesforce: Setup > Users > Permission Sets > the set of the integration user (or New) > Object Settings > "
        + $"{name} > Edit, tick {string.Join(", ", rights)}, Save; then Manage Assignments > Add Assignment > the integration user.";
}
