using System.Text.Json;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_an_object_is_described
{
    [Fact]
    public async Task A_field_has_every_attribute_of_the_recorded_one()
    {
        await using var client = await Client.StartAsync();

        var email = Field(await client.SendAsync("GET", "sobjects/Lead/describe"), "Email")!.Value;

        email
            .GetRawText()
            .ShouldBe(
                """{"aggregatable":true,"aiPredictionField":false,"autoNumber":false,"byteLength":240,"calculated":false,"calculatedFormula":null,"cascadeDelete":false,"caseSensitive":false,"compoundFieldName":null,"controllerName":null,"createable":true,"custom":false,"defaultValue":null,"defaultValueFormula":null,"defaultedOnCreate":false,"dependentPicklist":false,"deprecatedAndHidden":false,"digits":0,"displayLocationInDecimal":false,"encrypted":false,"externalId":false,"extraTypeInfo":null,"filterable":true,"filteredLookupInfo":null,"formulaTreatNullNumberAsZero":false,"groupable":true,"highScaleNumber":false,"htmlFormatted":false,"idLookup":true,"inlineHelpText":null,"label":"Email","length":80,"mask":null,"maskType":null,"name":"Email","nameField":false,"namePointing":false,"nillable":true,"permissionable":true,"picklistValues":[],"polymorphicForeignKey":false,"precision":0,"queryByDistance":false,"referenceTargetField":null,"referenceTo":[],"relationshipName":null,"relationshipOrder":null,"restrictedDelete":false,"restrictedPicklist":false,"scale":0,"searchPrefilterable":false,"soapType":"xsd:string","sortable":true,"type":"email","unique":false,"updateable":true,"writeRequiresMasterRead":false}"""
            );
    }

    [Fact]
    public async Task What_a_create_needs_can_be_read_from_it()
    {
        await using var client = await Client.StartAsync();

        var required = (await client.SendAsync("GET", "sobjects/Lead/describe"))
            .Json.GetProperty("fields")
            .EnumerateArray()
            .Where(field =>
                !field.GetProperty("nillable").GetBoolean()
                && field.GetProperty("createable").GetBoolean()
                && !field.GetProperty("defaultedOnCreate").GetBoolean()
            )
            .Select(field => field.GetProperty("name").GetString());

        required.ShouldBe(["LastName", "Company"]);
    }

    [Fact]
    public async Task Hidden_fields_are_absent_and_read_only_ones_not_writeable()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.SetAccess("Lead", "Title", FieldAccess.Hidden);
        org.SetAccess("Lead", "Phone", FieldAccess.Read);
        org.SetAccess("Lead", "DoNotCall", FieldAccess.Edit);

        var described = await client.SendAsync("GET", "sobjects/Lead/describe");

        Field(described, "Title").ShouldBeNull();
        Field(described, "Phone")!.Value.GetProperty("updateable").GetBoolean().ShouldBeFalse();
        Field(described, "DoNotCall").ShouldNotBeNull();
        (
            await client.SendAsync("POST", "sobjects/Lead", """{"LastName":"x","Company":"y","Phone":"1"}""")
        ).ShouldBeRefused(400, "INVALID_FIELD_FOR_INSERT_UPDATE");
    }

    [Fact]
    public async Task All_objects_are_listed()
    {
        await using var client = await Client.StartAsync();

        var all = await client.SendAsync("GET", "sobjects");

        var prefixes = all
            .Json.GetProperty("sobjects")
            .EnumerateArray()
            .ToDictionary(
                type => type.GetProperty("name").GetString()!,
                type => type.GetProperty("keyPrefix").GetString(),
                StringComparer.Ordinal
            );
        prefixes["Lead"].ShouldBe("00Q");
        prefixes["Contact"].ShouldBe("003");
        prefixes["Account"].ShouldBe("001");
        prefixes["User"].ShouldBe("005");
        (await client.SendAsync("GET", "sobjects/Nope/describe")).ShouldBeRefused(404, "NOT_FOUND");
    }

    private static JsonElement? Field(Answer described, string name) =>
        described
            .Json.GetProperty("fields")
            .EnumerateArray()
            .Where(field => field.GetProperty("name").GetString() == name)
            .Select(field => (JsonElement?)field)
            .FirstOrDefault();
}
