using static LeadSync.CrmSimulator.Data.Objects.Define;

namespace LeadSync.CrmSimulator.Data.Objects;

internal static class Lead
{
    public static SObject Object() =>
        new(
            "Lead",
            "Lead",
            "Leads",
            "00Q",
            [
                Id("Lead ID"),
                .. Trash("Lead"),
                Text("LastName", "Last Name", 80).Required().In("Name"),
                Text("FirstName", "First Name", 40).In("Name"),
                Pick("Salutation", "Salutation", 40, [.. ValueSets.Salutation, "Mx."]).In("Name"),
                Text("Name", "Full Name", 121).ReadOnly().Required().Named(),
                Text("Title", "Title", 128),
                Text("Company", "Company", 255).Required(),
                .. AddressParts(""),
                Phone("Phone", "Phone"),
                Phone("MobilePhone", "Mobile Phone"),
                Phone("Fax", "Fax"),
                Email("Email", "Email", 80) with
                {
                    IdLookup = true,
                },
                Url("Website", "Website"),
                Url("PhotoUrl", "Photo URL").ReadOnly(),
                Area("Description", "Description", 32_000),
                Pick("LeadSource", "Lead Source", 255, ValueSets.LeadSource),
                Status(),
                Pick("Industry", "Industry", 255, ValueSets.Industry),
                Pick("Rating", "Rating", 255, ValueSets.Rating),
                Money("AnnualRevenue", "Annual Revenue"),
                Whole("NumberOfEmployees", "Employees", 8),
                Reference("OwnerId", "Owner ID", "Group", "User").Defaulted(),
                Flag("HasOptedOutOfEmail", "Email Opt Out").Hidden(),
                Flag("HasOptedOutOfFax", "Fax Opt Out").Hidden(),
                Flag("DoNotCall", "Do Not Call").Hidden(),
                Flag("IsConverted", "Converted") with
                {
                    Updateable = false,
                },
                Day("ConvertedDate", "Converted Date").ReadOnly(),
                Reference("ConvertedAccountId", "Converted Account ID", "Account").ReadOnly(),
                Reference("ConvertedContactId", "Converted Contact ID", "Contact").ReadOnly(),
                Reference("ConvertedOpportunityId", "Converted Opportunity ID", "Opportunity").ReadOnly(),
                Flag("IsUnreadByOwner", "Unread By Owner"),
                .. Stamps(),
                .. Visits(),
                Text("Jigsaw", "Data.com Key", 20),
                Text("JigsawContactId", "Jigsaw Contact ID", 20).ReadOnly(),
                Pick("CleanStatus", "Clean Status", 40, ValueSets.CleanStatus).Restricted(),
                Text("CompanyDunsNumber", "Company D-U-N-S Number", 9),
                Reference("DandbCompanyId", "D&B Company ID", "DandBCompany"),
                Text("EmailBouncedReason", "Email Bounced Reason", 255) with
                {
                    Createable = false,
                },
                Instant("EmailBouncedDate", "Email Bounced Date") with
                {
                    Createable = false,
                },
                Reference("IndividualId", "Individual ID", "Individual"),
            ]
        );

    private static Field Status() =>
        new Field("Status", "Status", FieldType.Picklist)
        {
            Length = 255,
            Default = "Open - Not Contacted",
            Values =
            [
                new("Open - Not Contacted", Default: true),
                new("Working - Contacted"),
                new("Closed - Converted"),
                new("Closed - Not Converted"),
            ],
        }.Defaulted();
}
