using LeadSync.Contracts;

namespace LeadSync.Mapping.Tests;

/// <summary>CRM objects as Connector tells of them.</summary>
internal static class Schemas
{
    public static CrmSchema Lead { get; } =
        Object(
            "Lead",
            Field("FirstName", "string", 40),
            Field("LastName", "string", 80) with
            {
                RequiredOnCreate = true,
                Nillable = false,
            },
            Field("Company", "string", 255) with
            {
                RequiredOnCreate = true,
                Nillable = false,
            },
            Field("Email", "email", 80),
            Field("Phone", "phone", 40),
            Field("Title", "string", 128),
            Field("Status", "picklist", 255) with
            {
                RequiredOnCreate = true,
                DefaultValue = "Open",
                PicklistValues = ["Open", "Closed"],
            },
            Field("LeadSource", "picklist", 255) with
            {
                RestrictedPicklist = true,
                PicklistValues = ["Web", "Partner"],
            },
            Field("Products__c", "multipicklist", 4099) with
            {
                RestrictedPicklist = true,
                PicklistValues = ["Car", "Boat", "Plane"],
            },
            Field("Topics__c", "multipicklist", 30),
            Field("AnnualRevenue", "currency", 0) with
            {
                Precision = 18,
                Scale = 2,
            },
            Field("NumberOfEmployees", "int", 0),
            Field("HasOptedOutOfEmail", "boolean", 0) with
            {
                Nillable = false,
            },
            Field("Birthdate__c", "date", 0),
            Field("Called__c", "datetime", 0),
            Field("Description", "textarea", 32000),
            Field("CreatedDate", "datetime", 0) with
            {
                Createable = false,
                Updateable = false,
            }
        );

    public static CrmSchema Object(string name, params ReadOnlySpan<CrmField> fields) =>
        new(
            name,
            name,
            Createable: true,
            Updateable: true,
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            [.. fields]
        );

    public static CrmField Field(string name, string type, int length) =>
        new(name, name, type, length, RequiredOnCreate: false, Createable: true, Updateable: true);

    public static CrmField LeadField(string name) => Lead.Fields.Single(field => field.Name == name);
}
