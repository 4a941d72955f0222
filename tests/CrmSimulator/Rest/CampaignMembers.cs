using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>What is special about campaigns: a person is a member once, and statuses come with the campaign.</summary>
internal static class CampaignMembers
{
    private static readonly (string Label, bool Responded, bool Default)[] Statuses =
    [
        ("Sent", false, true),
        ("Responded", true, false),
    ];

    /// <summary>Fills what a member takes from its campaign and person; the error when it cannot be one.</summary>
    public static ApiError? Complete(Org org, SObject type, Dictionary<string, object?> values, Record? self = null)
    {
        if (type.Name != "CampaignMember")
            return null;
        if (self is null)
        {
            // A contact wins over a lead.
            var person = (values.GetValueOrDefault("ContactId") ?? values.GetValueOrDefault("LeadId")) as string;
            if (person is null)
                return new("REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId]", ["LeadId"]);
            var campaign = values["CampaignId"];
            var twice = org.Table(type.Name)
                .Records.Any(one =>
                    !one.IsDeleted && Equals(one["CampaignId"], campaign) && Equals(one["LeadOrContactId"], person)
                );
            if (twice)
                return new("DUPLICATE_VALUE", "Already a campaign member.", []);
            values["LeadOrContactId"] = person;
            values["Type"] = values.GetValueOrDefault("ContactId") is null ? "Lead" : "Contact";
            if (values.GetValueOrDefault("Status") is null)
                values["Status"] = Statuses[0].Label;
        }

        if (values.GetValueOrDefault("Status") is string status)
            values["HasResponded"] = Array.Exists(Statuses, one => one.Responded && one.Label == status);
        return null;
    }

    public static void AddStatuses(Org org, Transaction transaction, Record created)
    {
        if (created.Type != "Campaign")
            return;
        foreach (var (i, (label, responded, isDefault)) in Statuses.Index())
        {
            transaction.Create(
                org.Require("CampaignMemberStatus"),
                [
                    new("CampaignId", created.Id),
                    new("Label", label),
                    new("HasResponded", responded),
                    new("IsDefault", isDefault),
                    new("SortOrder", (long)i + 1),
                ]
            );
        }
    }
}
