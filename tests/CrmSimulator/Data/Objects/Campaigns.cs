using static LeadSync.CrmSimulator.Data.Objects.Define;

namespace LeadSync.CrmSimulator.Data.Objects;

internal static class Campaigns
{
    public static SObject Campaign() =>
        new(
            "Campaign",
            "Campaign",
            "Campaigns",
            "701",
            [
                Id("Campaign ID"),
                Flag("IsDeleted", "Deleted").ReadOnly(),
                Text("Name", "Name", 80).Required().Named(),
                Reference("ParentId", "Parent Campaign ID", "Campaign"),
                Pick("Type", "Type", 40, "Conference", "Webinar", "Trade Show", "Email", "Advertisement", "Other"),
                Pick("Status", "Status", 40, "Planned", "In Progress", "Completed", "Aborted"),
                Day("StartDate", "Start Date"),
                Day("EndDate", "End Date"),
                Flag("IsActive", "Active"),
                Area("Description", "Description", 32_000),
                Reference("OwnerId", "Owner ID", "User").Defaulted(),
                .. Stamps(),
            ]
        );

    public static SObject Member() =>
        new(
            "CampaignMember",
            "Campaign Member",
            "Campaign Members",
            "00v",
            [
                Id("Campaign Member ID"),
                Flag("IsDeleted", "Deleted").ReadOnly(),
                Reference("CampaignId", "Campaign ID", "Campaign").Required() with
                {
                    Updateable = false,
                },
                Reference("LeadId", "Lead ID", "Lead") with
                {
                    Updateable = false,
                },
                Reference("ContactId", "Contact ID", "Contact") with
                {
                    Updateable = false,
                },
                Pick("Status", "Status", 40, "Sent", "Responded"),
                Flag("HasResponded", "Responded").ReadOnly(),
                Reference("LeadOrContactId", "Related Record ID", "Contact", "Lead").ReadOnly(),
                Pick("Type", "Type", 40, "Lead", "Contact").ReadOnly(),
                .. Stamps(),
            ]
        );

    public static SObject MemberStatus() =>
        new(
            "CampaignMemberStatus",
            "Campaign Member Status",
            "Campaign Member Status",
            "01Y",
            [
                Id("Campaign Member Status ID"),
                Reference("CampaignId", "Campaign ID", "Campaign").ReadOnly(),
                Text("Label", "Label", 255).ReadOnly().Named(),
                Whole("SortOrder", "Sort Order", 9).ReadOnly(),
                Flag("IsDefault", "Is Default").ReadOnly(),
                Flag("HasResponded", "Responded").ReadOnly(),
                .. Stamps(),
            ]
        )
        {
            Writeable = false,
        };
}
