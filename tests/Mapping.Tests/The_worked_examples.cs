using System.Text.Json.Nodes;
using LeadSync.Contracts;
using static LeadSync.Mapping.Tests.Schemas;

namespace LeadSync.Mapping.Tests;

/// <summary>Runs docs/mapping.md, so that what is documented and what is so cannot part.</summary>
public sealed class The_worked_examples
{
    // The org of the page.
    private static readonly Dictionary<string, CrmSchema> Org = new(StringComparer.Ordinal)
    {
        ["Lead"] = Object(
            "Lead",
            Field("FirstName", "string", 40),
            Required(Field("LastName", "string", 80)),
            Required(Field("Company", "string", 255)),
            Field("Email", "email", 80),
            Field("Phone", "phone", 40),
            Field("Title", "string", 128),
            Picklist("Status", "New", "Working", "Closed") with
            {
                RequiredOnCreate = true,
                DefaultValue = "New",
            },
            Picklist("LeadSource", "Web", "Partner"),
            Picklist("Industry", "Banking", "Software"),
            Picklist("Role__c", "Executive", "Staff", "Other"),
            Field("Score__c", "double", 0) with
            {
                Precision = 5,
                Scale = 1,
            },
            Field("Budget_Approved__c", "boolean", 0),
            Field("Start_Date__c", "date", 0),
            Field("Topics__c", "multipicklist", 4099) with
            {
                RestrictedPicklist = true,
                PicklistValues = ["Pricing", "Security", "Support"],
            },
            Field("Conversation__c", "textarea", 220),
            Field("Original_Source__c", "string", 80),
            Field("Lead_Source_Detail__c", "string", 255)
        ),
        ["Contact"] = Object("Contact", Required(Field("LastName", "string", 80)), Field("Email", "email", 80)),
    };

    private static CrmField Required(CrmField field) => field with { RequiredOnCreate = true, Nillable = false };

    private static CrmField Picklist(string name, params string[] values) =>
        Field(name, "picklist", 255) with
        {
            RestrictedPicklist = true,
            PicklistValues = values,
        };

    public static TheoryData<string> Titles => [.. DocumentedExample.All.Select(example => example.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void Each_gives_what_the_page_says(string title)
    {
        var example = DocumentedExample.All.Single(one => one.Title == title);

        var wanted = example.Play(Org);

        // One thing that is wanted stands for what is wanted in the end, a list for what is wanted after each capture.
        var documented = example.Wanted is JsonArray each ? each : new JsonArray(example.Wanted.DeepClone());
        var said = new JsonArray([.. wanted.TakeLast(documented.Count).Select(one => one!.DeepClone())]);
        JsonNode.DeepEquals(said, documented).ShouldBeTrue($"{said.ToJsonString()}\n{documented.ToJsonString()}");
    }

    [Fact]
    public void There_are_eight() => DocumentedExample.All.Count.ShouldBe(8);
}
