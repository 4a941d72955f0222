using static LeadSync.CrmSimulator.Data.Objects.Define;

namespace LeadSync.CrmSimulator.Data.Objects;

/// <summary>Objects that set-up makes and the API only reads: users, queues, the organization, lead statuses.</summary>
internal static class People
{
    public static SObject User() =>
        new(
            "User",
            "User",
            "Users",
            "005",
            [
                Id("User ID"),
                Text("Username", "Username", 80).Required() with
                {
                    IdLookup = true,
                },
                Text("LastName", "Last Name", 80).Required().In("Name"),
                Text("FirstName", "First Name", 40).In("Name"),
                Text("Name", "Full Name", 121).ReadOnly().Required().Named(),
                Text("CompanyName", "Company Name", 80),
                Text("Title", "Title", 80),
                Email("Email", "Email", 128).Required(),
                Text("Alias", "Alias", 8).Required(),
                Text("CommunityNickname", "Nickname", 40).Required(),
                Flag("IsActive", "Active"),
                Pick("TimeZoneSidKey", "Time Zone", 40, "GMT", "Europe/London", "America/New_York")
                    .Restricted()
                    .Required(),
                Pick("LocaleSidKey", "Locale", 40, "en_US", "en_GB", "de_DE").Restricted().Required(),
                Pick("EmailEncodingKey", "Email Encoding", 40, "UTF-8", "ISO-8859-1").Restricted().Required(),
                Pick("LanguageLocaleKey", "Language", 40, "en_US", "de", "fr").Restricted().Required(),
                Reference("ProfileId", "Profile ID", "Profile").Required(),
                Pick("UserType", "User Type", 40, "Standard", "AutomatedProcess").ReadOnly(),
                Reference("ManagerId", "Manager ID", "User"),
                Text("FederationIdentifier", "SAML Federation ID", 512),
                .. Stamps(),
            ]
        )
        {
            Writeable = false,
        };

    public static SObject Group() =>
        new(
            "Group",
            "Group",
            "Group",
            "00G",
            [
                Id("Group ID"),
                Text("Name", "Name", 40).Required().Named(),
                Text("DeveloperName", "Developer Name", 80),
                Pick("Type", "Type", 40, "Regular", "Queue", "Role", "RoleAndSubordinates", "Organization")
                    .Restricted()
                    .Required() with
                {
                    Updateable = false,
                },
                Email("Email", "Email", 255),
                .. Stamps(),
            ]
        )
        {
            Writeable = false,
        };

    public static SObject Organization() =>
        new(
            "Organization",
            "Organization",
            "Organizations",
            "00D",
            [
                Id("Organization ID"),
                Text("Name", "Name", 80).Required().Named(),
                Text("OrganizationType", "Edition", 40).ReadOnly(),
                Text("InstanceName", "Instance Name", 5).ReadOnly(),
                Flag("IsSandbox", "Is Sandbox").ReadOnly(),
                Text("LanguageLocaleKey", "Language", 40).ReadOnly(),
                Text("DefaultLocaleSidKey", "Locale", 40).ReadOnly(),
                Text("TimeZoneSidKey", "Time Zone", 40).ReadOnly(),
                Text("DefaultLeadAccess", "Default Lead Access", 40).ReadOnly(),
                Text("DefaultContactAccess", "Default Contact Access", 40).ReadOnly(),
                Text("DefaultAccountAccess", "Default Account Access", 40).ReadOnly(),
                .. Stamps(),
            ]
        )
        {
            Writeable = false,
        };

    public static SObject LeadStatus() =>
        new(
            "LeadStatus",
            "Lead Status Value",
            "Lead Status Value",
            "01J",
            [
                Id("Lead Status Value ID"),
                Text("MasterLabel", "Master Label", 255).ReadOnly().Named(),
                Text("ApiName", "API Name", 255).ReadOnly(),
                Whole("SortOrder", "Sort Order", 9).ReadOnly(),
                Flag("IsDefault", "Is Default").ReadOnly(),
                Flag("IsConverted", "Is Converted").ReadOnly(),
                .. Stamps(),
            ]
        )
        {
            Writeable = false,
        };
}
