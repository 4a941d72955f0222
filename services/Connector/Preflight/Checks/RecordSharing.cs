using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>The user sees all Leads and Contacts, whoever owns them. Whom it does not see it takes for new.</summary>
public sealed class RecordSharing : IPreflightCheck
{
    private const string Check = "sharing";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        var objects = facts.Writes
            ? ["Lead", "Contact"]
            : facts.Wanted.Objects.Select(mapped => mapped.Object).Where(name => name is "Lead" or "Contact");
        foreach (var name in objects)
        {
            if (facts.Find(name) is not null)
                yield return Look(facts, name);
        }
    }

    private static PreflightFinding Look(OrgFacts facts, string name)
    {
        var everything = Reach.Nothing;
        foreach (var set in facts.PermissionSets.Value ?? [])
        {
            if (set.Flag("PermissionSet.PermissionsModifyAllData"))
                everything = Reach.Edit;
            else if (set.Flag("PermissionSet.PermissionsViewAllData") && everything == Reach.Nothing)
                everything = Reach.Read;
        }
        foreach (var rights in facts.ObjectPermissions.Value ?? [])
        {
            if (!OrgFacts.Names.Equals(rights.Text("SobjectType"), name))
                continue;
            if (rights.Flag("PermissionsModifyAllRecords"))
                everything = Reach.Edit;
            else if (rights.Flag("PermissionsViewAllRecords") && everything == Reach.Nothing)
                everything = Reach.Read;
        }
        var byDefault = ByDefault(facts, name);
        var reach = byDefault is { } known && known > everything ? known : everything;
        if (reach == Reach.Edit || reach == Reach.Read && !NeedsEdit(facts, name))
        {
            return Finding.Pass(
                Check,
                $"Every {name} can be seen{(reach == Reach.Edit ? " and changed" : "")}, whoever owns it",
                "Whoever is already there is found.",
                name
            );
        }
        if (reach == Reach.Read)
        {
            return Finding.Warn(
                Check,
                $"Every {name} can be seen, but perhaps not every one changed",
                $"Changing a {name} that someone else owns may be refused; that lead then fails, and says so.",
                Fix(name, "Modify All"),
                name
            );
        }
        var fix = Fix(name, NeedsEdit(facts, name) ? "View All and Modify All" : "View All");
        return byDefault is null
            ? Finding.Warn(
                Check,
                $"It could not be told whether every {name} can be seen",
                $"A {name} that the user does not see is taken for new, and created a second time.",
                $"In Salesforce, see Setup > Sharing Settings > Organization-Wide Defaults, {name}: Public Read/Write is enough. Otherwise: {fix}",
                name
            )
            : Finding.Fail(
                Check,
                $"The user sees only some of the org's {name} records",
                $"{name} is private by default (Setup > Sharing Settings). Whoever is there but not seen is taken for new and "
                    + "created a second time, and changes to what others own never arrive.",
                fix,
                name
            );
    }

    private static bool NeedsEdit(OrgFacts facts, string name) =>
        facts.Writes
        && facts.Wanted.Rules.Updates
        && facts.Wanted.Objects.Any(mapped => OrgFacts.Names.Equals(mapped.Object, name));

    // What the org gives everybody; null where it does not say.
    private static Reach? ByDefault(OrgFacts facts, string name)
    {
        if (facts.DefaultAccess.Value is not [var org, ..])
            return null;
        var access = org.Text($"Default{name}Access");
        // A contact that belongs to an account follows it.
        if (access == "ControlledByParent")
            access = org.Text("DefaultAccountAccess");
        return access switch
        {
            "None" => Reach.Nothing,
            "Read" => Reach.Read,
            "Edit" or "ReadEditTransfer" or "All" => Reach.Edit,
            _ => null,
        };
    }

    private static string Fix(string name, string rights) =>
        "In Salesforce: Setup > Users > Permission Sets > the set of the integration user > Object Settings > "
        + $"{name} > Edit, tick {rights}, Save.";

    private enum Reach
    {
        Nothing,
        Read,
        Edit,
    }
}
