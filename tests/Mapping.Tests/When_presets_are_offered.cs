using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Tests;

public sealed class When_presets_are_offered(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly CrmSchema Tracked = Schemas.Lead with
    {
        Fields =
        [
            .. Schemas.Lead.Fields,
            Schemas.Field("Lead_Source_Detail__c", "string", 255),
            Schemas.Field("OrigSrc__c", "string", 80) with
            {
                Label = "Original source",
            },
            Schemas.Field("Person_Id__c", "string", 255) with
            {
                ExternalId = true,
            },
        ],
    };

    private static string Entries(CrmSchema schema, string preset) =>
        MappingSetting.Write(Presets.For(schema).Single(one => one.Name == preset).Entries).ToJsonString();

    [Theory]
    [InlineData("statusDefault", """[{"field":"Status","constant":"Open","rule":"onlyOnCreate"}]""")]
    [InlineData(
        "companyNotProvided",
        """[{"field":"Company","from":"company","transforms":["collapseSpaces","truncate"],"default":"[not provided]","defaultRule":"onlyOnCreate","rule":"overwrite"}]"""
    )]
    [InlineData(
        "leadSourceDetail",
        """[{"field":"Lead_Source_Detail__c","template":"{utm_source} / {utm_medium} / {utm_campaign}","transforms":["truncate"],"rule":"onlyWhenEmpty"}]"""
    )]
    [InlineData("originalSource", """[{"field":"OrigSrc__c","from":"$source","rule":"onlyOnCreate"}]""")]
    [InlineData(
        "externalPersonId",
        """[{"field":"Person_Id__c","template":"{$source}:{$leadId}","transforms":["truncate"],"rule":"onlyWhenEmpty"}]"""
    )]
    [InlineData("syncSource", "[]")]
    public void Each_is_made_of_what_the_org_has(string preset, string expected) =>
        Entries(Tracked, preset).ShouldBe(expected);

    [Fact]
    public void The_first_of_the_list_is_the_status_where_the_org_names_no_default()
    {
        var schema = Schemas.Object(
            "Lead",
            Schemas.Field("Status", "picklist", 255) with
            {
                PicklistValues = ["Fresh"],
            }
        );

        Entries(schema, "statusDefault").ShouldContain("\"Fresh\"");
    }

    [Fact]
    public void What_the_org_lacks_is_said_with_what_to_add()
    {
        var lacking = Presets.For(Schemas.Lead).Where(preset => preset.Entries.Count == 0).ToList();

        lacking
            .Select(preset => preset.Name)
            .ShouldBe(["leadSourceDetail", "originalSource", "syncSource", "externalPersonId"]);
        lacking.ShouldAllBe(preset => preset.Needs!.Contains("Lead"));
        Presets.For(Schemas.Lead).Where(preset => preset.Entries.Count > 0).ShouldAllBe(preset => preset.Needs == null);
    }

    [Fact]
    public async Task They_are_saved_as_they_are_offered()
    {
        var client = mapping.Client(MappingUnderTest.Workspace, Role.Integrator);

        var offered = await client.GetFromJsonAsync<JsonElement>(
            new Uri($"/v1/mappings/presets/{mapping.SandboxId}/Lead", UriKind.Relative),
            Stop
        );
        var fields = offered
            .GetProperty("presets")
            .EnumerateArray()
            .Where(preset => preset.GetProperty("name").GetString() is "standardFields" or "statusDefault")
            .SelectMany(preset => preset.GetProperty("fields").EnumerateArray())
            .ToList();
        using var saved = await client.PutAsJsonAsync(
            new Uri($"/v1/mappings/{mapping.SandboxId}/Lead", UriKind.Relative),
            new { fields },
            Stop
        );

        saved.StatusCode.ShouldBe(HttpStatusCode.OK, await saved.Content.ReadAsStringAsync(Stop));
        fields.Count.ShouldBe(8);
    }
}
