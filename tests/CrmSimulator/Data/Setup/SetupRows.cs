namespace LeadSync.CrmSimulator.Data;

/// <summary>The set-up of an org as rows that a query finds: users, queues, rules, permissions.</summary>
internal sealed class SetupRows(Org org, Transaction seeding)
{
    /// <summary>Objects whose rows are made here, and nowhere else.</summary>
    public static readonly string[] Objects =
    [
        "User",
        "Profile",
        "PermissionSet",
        "PermissionSetAssignment",
        "ObjectPermissions",
        "FieldPermissions",
        "Group",
        "GroupMember",
        "QueueSobject",
        "Organization",
        "LeadStatus",
        "AssignmentRule",
        "DuplicateRule",
        "MatchingRule",
        "RecordType",
        "CurrencyType",
    ];

    private OrgSetup Setup => org.Setup;

    public void Write()
    {
        WritePermissions();
        WriteUsers();
        WriteQueues();
        WriteOrganization();
        WriteLeadStatuses();
        WriteRules();
        foreach (var type in Setup.RecordTypes)
        {
            Add(
                "RecordType",
                ("Name", type.Label),
                ("DeveloperName", type.Name),
                ("SobjectType", type.Object),
                ("IsActive", type.IsActive)
            );
        }

        foreach (var (i, code) in Setup.Currencies.Index())
            Add(
                "CurrencyType",
                ("IsoCode", code),
                ("IsActive", true),
                ("IsCorporate", i == 0),
                ("ConversionRate", 1.0)
            );
    }

    private void WritePermissions()
    {
        foreach (var set in Setup.PermissionSets)
        {
            var profile = set.IsProfile ? Add("Profile", [("Name", set.Name), .. Switches(set)]) : null;
            var id = Add(
                "PermissionSet",
                [
                    ("Name", set.Name.Replace(' ', '_')),
                    ("Label", set.Name),
                    ("IsOwnedByProfile", set.IsProfile),
                    ("ProfileId", profile),
                    .. Switches(set),
                ]
            );
            foreach (var type in org.Objects.Where(type => type.Writeable))
                WriteObjectPermissions(set, id, type);
        }
    }

    private static (string, object?)[] Switches(PermissionSet set) =>
        [
            ("PermissionsApiEnabled", set.ApiEnabled),
            ("PermissionsViewSetup", set.ViewSetup),
            ("PermissionsViewAllData", set.ViewAllData || set.ModifyAllData),
            ("PermissionsModifyAllData", set.ModifyAllData),
        ];

    private void WriteObjectPermissions(PermissionSet set, string id, SObject type)
    {
        var access = set.Of(type.Name);
        if (!access.Read)
            return;
        Add(
            "ObjectPermissions",
            ("ParentId", id),
            ("SobjectType", type.Name),
            ("PermissionsRead", true),
            ("PermissionsCreate", access.Create),
            ("PermissionsEdit", access.Edit),
            ("PermissionsDelete", access.Delete),
            ("PermissionsViewAllRecords", access.ViewAll || access.ModifyAll),
            ("PermissionsModifyAllRecords", access.ModifyAll)
        );
        foreach (var field in type.Fields.Where(field => field.Permissionable))
        {
            var given = set.Of(type.Name, field.Name);
            given = given > field.Access ? given : field.Access;
            if (given == FieldAccess.Hidden)
                continue;
            Add(
                "FieldPermissions",
                ("ParentId", id),
                ("SobjectType", type.Name),
                ("Field", $"{type.Name}.{field.Name}"),
                ("PermissionsRead", true),
                ("PermissionsEdit", given == FieldAccess.Edit && (field.Createable || field.Updateable))
            );
        }
    }

    private void WriteUsers()
    {
        foreach (var user in Setup.Users)
        {
            var alias = user.Username.Split('@')[0];
            var id = Add(
                "User",
                ("Username", user.Username),
                ("LastName", user.LastName),
                ("FirstName", user.FirstName),
                ("Email", user.Email ?? user.Username),
                ("Alias", alias[..Math.Min(8, alias.Length)]),
                ("CommunityNickname", alias[..Math.Min(40, alias.Length)]),
                ("IsActive", user.IsActive),
                ("ProfileId", Find("Profile", "Name", user.Profile)),
                ("TimeZoneSidKey", "GMT"),
                ("LocaleSidKey", "en_US"),
                ("EmailEncodingKey", "UTF-8"),
                ("LanguageLocaleKey", "en_US"),
                ("UserType", "Standard")
            );
            foreach (var set in (user.PermissionSets ?? []).Append(user.Profile))
                Add(
                    "PermissionSetAssignment",
                    ("AssigneeId", id),
                    ("PermissionSetId", Find("PermissionSet", "Label", set))
                );
        }
    }

    private void WriteQueues()
    {
        foreach (var queue in Setup.Queues)
        {
            var id = Add("Group", ("Name", queue.Label), ("DeveloperName", queue.Name), ("Type", "Queue"));
            foreach (var name in queue.Objects)
                Add("QueueSobject", ("QueueId", id), ("SobjectType", name));
            foreach (var member in queue.Members ?? [])
                Add("GroupMember", ("GroupId", id), ("UserOrGroupId", Find("User", "Username", member)));
        }
    }

    private void WriteOrganization()
    {
        org.Table("Organization").LastNumber = org.Identity.Number - 1;
        string Sharing(string name) =>
            Setup.Sharing.GetValueOrDefault(name) switch
            {
                SharingModel.Private => "None",
                SharingModel.Read => "Read",
                _ => name == "Lead" ? "ReadEditTransfer" : "Edit",
            };
        Add(
            "Organization",
            ("Name", org.Identity.Name),
            ("OrganizationType", org.Settings.Edition),
            ("InstanceName", "SIM1"),
            ("IsSandbox", org.Settings.IsSandbox),
            ("LanguageLocaleKey", "en_US"),
            ("DefaultLocaleSidKey", "en_US"),
            ("TimeZoneSidKey", "GMT"),
            ("DefaultLeadAccess", Sharing("Lead")),
            ("DefaultContactAccess", Sharing("Contact")),
            ("DefaultAccountAccess", Sharing("Account"))
        );
    }

    private void WriteLeadStatuses()
    {
        foreach (var (i, status) in org.Require("Lead").FindEvenHidden("Status")!.Values.Index())
        {
            Add(
                "LeadStatus",
                ("MasterLabel", status.Value),
                ("ApiName", status.Value),
                ("SortOrder", (long)i + 1),
                ("IsDefault", status.Default),
                ("IsConverted", status.Value.EndsWith(" - Converted", StringComparison.Ordinal))
            );
        }
    }

    private void WriteRules()
    {
        foreach (var rule in org.AssignmentRules)
            Add("AssignmentRule", ("Name", rule.Name), ("SobjectType", rule.Object), ("Active", rule.IsActive));
        foreach (var rule in Setup.DuplicateRules)
        {
            Add(
                "DuplicateRule",
                ("DeveloperName", rule.Name),
                ("MasterLabel", rule.Name.Replace('_', ' ')),
                ("SobjectType", rule.Object),
                ("IsActive", rule.IsActive)
            );
        }

        foreach (
            var rule in Setup
                .DuplicateRules.SelectMany(rule => rule.MatchingRules)
                .DistinctBy(rule => rule.Name, StringComparer.Ordinal)
        )
        {
            Add(
                "MatchingRule",
                ("DeveloperName", rule.Name),
                ("MasterLabel", rule.Name.Replace('_', ' ')),
                ("SobjectType", rule.Object),
                ("MatchEngine", $"{rule.Engine}MatchEngine"),
                ("RuleStatus", "Active")
            );
        }
    }

    private string? Find(string objectName, string field, string value) =>
        org.Table(objectName)
            .Records.FirstOrDefault(row =>
                string.Equals((string?)row[field], value, StringComparison.OrdinalIgnoreCase)
            )
            ?.Id;

    private string Add(string objectName, params (string Field, object? Value)[] values) =>
        seeding.Create(org.Require(objectName), values.Select(one => KeyValuePair.Create(one.Field, one.Value))).Id;
}
