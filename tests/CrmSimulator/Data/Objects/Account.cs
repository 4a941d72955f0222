using static LeadSync.CrmSimulator.Data.Objects.Define;

namespace LeadSync.CrmSimulator.Data.Objects;

internal static class Account
{
    public static SObject Object() =>
        new(
            "Account",
            "Account",
            "Accounts",
            "001",
            [
                Id("Account ID"),
                .. Trash("Account"),
                Text("Name", "Account Name", 255).Required().Named(),
                Pick(
                    "Type",
                    "Account Type",
                    40,
                    "Prospect",
                    "Customer - Direct",
                    "Customer - Channel",
                    "Channel Partner / Reseller",
                    "Installation Partner",
                    "Technology Partner",
                    "Other"
                ),
                Reference("RecordTypeId", "Record Type ID", "RecordType"),
                Reference("ParentId", "Parent Account ID", "Account"),
                .. AddressParts("Billing"),
                .. AddressParts("Shipping"),
                Phone("Phone", "Account Phone"),
                Phone("Fax", "Account Fax"),
                Text("AccountNumber", "Account Number", 40),
                Url("Website", "Website"),
                Url("PhotoUrl", "Photo URL").ReadOnly(),
                Text("Sic", "SIC Code", 20),
                Pick("Industry", "Industry", 40, ValueSets.Industry),
                Money("AnnualRevenue", "Annual Revenue"),
                Whole("NumberOfEmployees", "Employees", 8),
                Pick("Ownership", "Ownership", 40, "Public", "Private", "Subsidiary", "Other"),
                Text("TickerSymbol", "Ticker Symbol", 20),
                Area("Description", "Account Description", 32_000),
                Pick("Rating", "Account Rating", 40, ValueSets.Rating),
                Text("Site", "Account Site", 80),
                Reference("OwnerId", "Owner ID", "User").Defaulted(),
                .. Stamps(),
                .. Visits(),
                Flag("IsPartner", "Partner Account") with
                {
                    Createable = false,
                },
                Flag("IsCustomerPortal", "Customer Portal Account") with
                {
                    Createable = false,
                },
                Text("ChannelProgramName", "Channel Program Name", 255).ReadOnly(),
                Text("ChannelProgramLevelName", "Channel Program Level Name", 255).ReadOnly(),
                Text("Jigsaw", "Data.com Key", 20),
                Text("JigsawCompanyId", "Jigsaw Company ID", 20).ReadOnly(),
                Pick("CleanStatus", "Clean Status", 40, ValueSets.CleanStatus).Restricted(),
                Pick("AccountSource", "Account Source", 40, ValueSets.LeadSource),
                Text("DunsNumber", "D-U-N-S Number", 9),
                Text("Tradestyle", "Tradestyle", 255),
                Text("NaicsCode", "NAICS Code", 8),
                Text("NaicsDesc", "NAICS Description", 120),
                Text("YearStarted", "Year Started", 4),
                Text("SicDesc", "SIC Description", 80),
                Reference("DandbCompanyId", "D&B Company ID", "DandBCompany"),
                Reference("OperatingHoursId", "Operating Hour ID", "OperatingHours"),
            ]
        );
}
