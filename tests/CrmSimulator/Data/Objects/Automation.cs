using static LeadSync.CrmSimulator.Data.Objects.Define;

namespace LeadSync.CrmSimulator.Data.Objects;

/// <summary>Objects in which an org tells of its rules, queues, record types and currencies.</summary>
internal static class Automation
{
    public static IEnumerable<SObject> All() =>
        [
            Read(
                "AssignmentRule",
                "Assignment Rule",
                "01Q",
                Text("Name", "Name", 120).Named(),
                Text("SobjectType", "SObject Type", 40),
                Flag("Active", "Active")
            ),
            Read(
                "DuplicateRule",
                "Duplicate Rule",
                "0Bm",
                Text("DeveloperName", "Developer Name", 80),
                Text("MasterLabel", "Master Label", 80).Named(),
                Text("SobjectType", "Object", 40),
                Flag("IsActive", "Active")
            ),
            Read(
                "MatchingRule",
                "Matching Rule",
                "0JD",
                Text("DeveloperName", "Developer Name", 80),
                Text("MasterLabel", "Master Label", 80).Named(),
                Text("SobjectType", "Object", 40),
                Text("MatchEngine", "Match Engine", 40),
                Text("RuleStatus", "Status", 40)
            ),
            Read(
                "QueueSobject",
                "Queue Sobject",
                "03g",
                Reference("QueueId", "Group ID", "Group"),
                Text("SobjectType", "Sobject Type", 40)
            ),
            Read(
                "GroupMember",
                "Group Member",
                "011",
                Reference("GroupId", "Group ID", "Group"),
                Reference("UserOrGroupId", "User/Group ID", "Group", "User")
            ),
            Read(
                "RecordType",
                "Record Type",
                "012",
                Text("Name", "Name", 80).Named(),
                Text("DeveloperName", "Record Type Name", 80),
                Text("SobjectType", "SObject Type Name", 40),
                Flag("IsActive", "Active")
            ),
            Read(
                "CurrencyType",
                "Currency Type",
                "01L",
                Text("IsoCode", "Currency ISO Code", 3).Named(),
                Money("ConversionRate", "Conversion Rate"),
                Flag("IsActive", "Active"),
                Flag("IsCorporate", "Is Corporate Currency")
            ),
        ];

    private static SObject Read(string name, string label, string prefix, params IEnumerable<Field> fields) =>
        new(
            name,
            label,
            $"{label}s",
            prefix,
            [Id($"{label} ID"), .. fields.Select(field => field.ReadOnly()), .. Stamps()]
        )
        {
            Writeable = false,
        };
}
