using static LeadSync.CrmSimulator.Data.Objects.Define;

namespace LeadSync.CrmSimulator.Data.Objects;

internal static class Contact
{
    public static SObject Object() =>
        new(
            "Contact",
            "Contact",
            "Contacts",
            "003",
            [
                Id("Contact ID"),
                .. Trash("Contact"),
                Reference("AccountId", "Account ID", "Account"),
                Text("LastName", "Last Name", 80).Required().In("Name"),
                Text("FirstName", "First Name", 40).In("Name"),
                Pick("Salutation", "Salutation", 40, ValueSets.Salutation).In("Name"),
                Text("Name", "Full Name", 121).ReadOnly().Required().Named(),
                .. AddressParts("Other"),
                .. AddressParts("Mailing"),
                Phone("Phone", "Business Phone"),
                Phone("Fax", "Business Fax"),
                Phone("MobilePhone", "Mobile Phone"),
                Phone("HomePhone", "Home Phone"),
                Phone("OtherPhone", "Other Phone"),
                Phone("AssistantPhone", "Asst. Phone"),
                Reference("ReportsToId", "Reports To ID", "Contact"),
                Email("Email", "Email", 80) with
                {
                    IdLookup = true,
                },
                Text("Title", "Title", 128),
                Text("Department", "Department", 80),
                Text("AssistantName", "Assistant's Name", 40),
                Pick("LeadSource", "Lead Source", 255, ValueSets.LeadSource),
                Day("Birthdate", "Birthdate"),
                Area("Description", "Contact Description", 32_000),
                Reference("OwnerId", "Owner ID", "User").Defaulted(),
                Flag("HasOptedOutOfEmail", "Email Opt Out").Hidden(),
                Flag("HasOptedOutOfFax", "Fax Opt Out").Hidden(),
                Flag("DoNotCall", "Do Not Call").Hidden(),
                .. Stamps(),
                Day("LastActivityDate", "Last Activity").ReadOnly(),
                Instant("LastCURequestDate", "Last Stay-in-Touch Request Date").ReadOnly(),
                Instant("LastCUUpdateDate", "Last Stay-in-Touch Save Date").ReadOnly(),
                Instant("LastViewedDate", "Last Viewed Date").ReadOnly(),
                Instant("LastReferencedDate", "Last Referenced Date").ReadOnly(),
                Text("EmailBouncedReason", "Email Bounced Reason", 255),
                Instant("EmailBouncedDate", "Email Bounced Date"),
                Flag("IsEmailBounced", "Is Email Bounced").ReadOnly(),
                Url("PhotoUrl", "Photo URL").ReadOnly(),
                Text("Jigsaw", "Data.com Key", 20),
                Text("JigsawContactId", "Jigsaw Contact ID", 20).ReadOnly(),
                Pick("CleanStatus", "Clean Status", 40, ValueSets.CleanStatus).Restricted(),
                Reference("IndividualId", "Individual ID", "Individual"),
            ]
        );
}
