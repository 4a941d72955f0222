namespace LeadSync.CrmSimulator.Data.Objects;

/// <summary>The picklist values that a new org comes with and that several objects share.</summary>
internal static class ValueSets
{
    public static readonly string[] GeocodeAccuracy =
    [
        "Address",
        "NearAddress",
        "Block",
        "Street",
        "ExtendedZip",
        "Zip",
        "Neighborhood",
        "City",
        "County",
        "State",
        "Unknown",
    ];

    public static readonly string[] CleanStatus =
    [
        "Matched",
        "Different",
        "Acknowledged",
        "NotFound",
        "Inactive",
        "Pending",
        "SelectMatch",
        "Skipped",
    ];

    public static readonly string[] LeadSource =
    [
        "Web",
        "Phone Inquiry",
        "Partner Referral",
        "Purchased List",
        "Other",
    ];

    public static readonly string[] Rating = ["Hot", "Warm", "Cold"];

    public static readonly string[] Salutation = ["Mr.", "Ms.", "Mrs.", "Dr.", "Prof."];

    public static readonly string[] Industry =
    [
        "Agriculture",
        "Apparel",
        "Banking",
        "Biotechnology",
        "Chemicals",
        "Communications",
        "Construction",
        "Consulting",
        "Education",
        "Electronics",
        "Energy",
        "Engineering",
        "Entertainment",
        "Environmental",
        "Finance",
        "Food & Beverage",
        "Government",
        "Healthcare",
        "Hospitality",
        "Insurance",
        "Machinery",
        "Manufacturing",
        "Media",
        "Not For Profit",
        "Recreation",
        "Retail",
        "Shipping",
        "Technology",
        "Telecommunications",
        "Transportation",
        "Utilities",
        "Other",
    ];
}
