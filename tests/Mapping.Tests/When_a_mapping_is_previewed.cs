using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_mapping_is_previewed(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private const string Draft = """
        {"fields":[
          {"field":"LastName","from":"name","transforms":["trim",{"splitName":"last"}]},
          {"field":"Company","from":"company","default":"[not provided]","defaultRule":"onlyOnCreate"},
          {"field":"Title","from":"title","transforms":["truncate"],"rule":"onlyWhenEmpty"},
          {"field":"LeadSource","from":"via"},
          {"field":"Description","from":"$conversation"}]}
        """;

    private async Task<(int Status, JsonElement Body)> PreviewAsync(string body, Role role = Role.Viewer)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await mapping
            .Client(MappingUnderTest.Workspace, role)
            .PostAsync(new Uri($"/v1/mappings/{mapping.ConnectionId}/Lead/preview", UriKind.Relative), content, Stop);
        return ((int)answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync(Stop)));
    }

    private static JsonElement Field(JsonElement preview, string name) =>
        preview.GetProperty("fields").EnumerateArray().Single(field => field.GetProperty("field").GetString() == name);

    [Fact]
    public async Task A_sample_shows_each_field_with_the_steps_that_made_it_and_nothing_is_written()
    {
        var sample = $$"""
            {"fields":{"name":" Ludwig van Beethoven ","title":"{{new string('x', 200)}}","via":"Radio"},
             "turns":[{"conversationId":"c","turnId":"1","at":"2026-01-31T09:00:00Z","speaker":"Ludwig","text":"Hello"}]}
            """;

        var (status, preview) = await PreviewAsync($$$"""{"sample":{{{sample}}},"mapping":{{{Draft}}}}""");

        status.ShouldBe(200, preview.ToString());
        var lastName = Field(preview, "LastName");
        lastName.GetProperty("wanted").GetProperty("value").GetString().ShouldBe("van Beethoven");
        lastName
            .GetProperty("steps")
            .EnumerateArray()
            .Select(step => $"{step.GetProperty("step")}={step.GetProperty("value")}")
            .ShouldBe([
                "name= Ludwig van Beethoven ",
                "trim=Ludwig van Beethoven",
                "splitName: last=van Beethoven",
                "fit=van Beethoven",
            ]);
        Field(preview, "Company").GetProperty("wanted").GetProperty("rule").GetString().ShouldBe("onlyOnCreate");
        Field(preview, "Title").GetProperty("remarks")[0].GetProperty("code").GetString().ShouldBe("TRUNCATED");
        Field(preview, "Description")
            .GetProperty("wanted")
            .GetProperty("value")
            .GetString()
            .ShouldBe("[2026-01-31 09:00 UTC] Ludwig: Hello");
        var leadSource = Field(preview, "LeadSource");
        leadSource.GetProperty("wanted").ValueKind.ShouldBe(JsonValueKind.Null);
        leadSource.GetProperty("problem").GetProperty("code").GetString().ShouldBe("VALUE_DOES_NOT_FIT");
        (await mapping.ScalarAsync<long>("select count(*) from lead where lead_id = 'sample'")).ShouldBe(0);
        (await mapping.ScalarAsync<long>("select count(*) from source where name = 'sample'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_real_lead_is_shown_to_an_integrator_and_to_no_viewer()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        await mapping.CaptureAsync(
            new
            {
                eventId = Guid.CreateVersion7(),
                occurredAt = "2026-01-31T09:00:00Z",
                source = "import",
                leadId = "real",
                fields = new { lastName = "Noether", company = "Göttingen" },
            }
        );
        await mapping.HearMappedAsync("real");
        const string body = """{"source":"import","leadId":"real"}""";

        var (status, preview) = await PreviewAsync(body, Role.Integrator);
        var (forbidden, problem) = await PreviewAsync(body);
        var (missing, _) = await PreviewAsync("""{"source":"import","leadId":"nobody"}""", Role.Integrator);

        status.ShouldBe(200);
        Field(preview, "LastName").GetProperty("wanted").GetProperty("value").GetString().ShouldBe("Noether");
        preview.GetProperty("missingForCreate").GetArrayLength().ShouldBe(0);
        forbidden.ShouldBe(403);
        problem.GetProperty("code").GetString().ShouldBe("FORBIDDEN");
        missing.ShouldBe(404);
    }

    [Theory]
    // What the route of the lead's source maps otherwise stands over the mapping, be that saved or not.
    [InlineData("partner", "", "Acme Nordic")]
    [InlineData(
        "partner",
        ""","mapping":{"fields":[{"field":"LastName","from":"x"},{"field":"Company","from":"y"}]}""",
        "Acme Nordic"
    )]
    [InlineData("import", "", "Acme")]
    [InlineData("", "", "Acme")]
    public async Task A_lead_is_shown_as_the_route_of_its_source_maps_it(string source, string draft, string company)
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        await mapping.ApplyAsync(
            """
            sources: [{ name: partner }]
            routes:
              - source: partner
                connection: salesforce
                createAs: Lead
                mapping: [{ object: Lead, fields: [{ field: company, from: organisation }] }]
            """
        );
        var from = source.Length == 0 ? "" : $"\"source\":\"{source}\",";

        var (status, preview) = await PreviewAsync(
            $$$"""{"sample":{{{{from}}}"fields":{"lastName":"Doe","company":"Acme","organisation":"Acme Nordic"}}{{{draft}}}}"""
        );

        status.ShouldBe(200, preview.ToString());
        Field(preview, "Company").GetProperty("wanted").GetProperty("value").GetString().ShouldBe(company);
        preview.GetProperty("fields").GetArrayLength().ShouldBe(draft.Length > 0 ? 2 : 5);
    }

    [Fact]
    public async Task Every_fault_of_an_unsaved_mapping_and_of_the_sample_is_told_with_its_place()
    {
        var (status, problem) = await PreviewAsync(
            """{"sample":{"fields":{"name":{}}},"mapping":{"fields":[{"field":"Nope","frm":"x"}]},"colour":1}"""
        );
        var (unfit, second) = await PreviewAsync(
            """{"sample":{"fields":{"a":"b"}},"mapping":{"fields":[{"field":"Nope","from":"x"}]}}"""
        );
        var (neither, _) = await PreviewAsync("{}");

        status.ShouldBe(422);
        problem
            .GetProperty("faults")
            .EnumerateArray()
            .Select(fault => fault.GetProperty("field").GetString())
            .ShouldBe(["colour", "sample.fields.name", "mapping.fields[0].frm", "mapping.fields[0]"]);
        unfit.ShouldBe(422);
        second.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe("mapping.fields[0].field");
        neither.ShouldBe(422);
    }

    [Fact]
    public async Task Nothing_is_shown_while_the_CRM_cannot_be_asked_or_of_another_workspace()
    {
        mapping.IsCrmAway = true;
        try
        {
            var (status, _) = await PreviewAsync($$$"""{"sample":{"fields":{"a":"b"}},"mapping":{{{Draft}}}}""");
            status.ShouldBe(503);
        }
        finally
        {
            mapping.IsCrmAway = false;
        }

        using var unknown = await mapping
            .Client(MappingUnderTest.Workspace, Role.Viewer)
            .PostAsJsonAsync(
                new Uri($"/v1/mappings/{Guid.CreateVersion7()}/Lead/preview", UriKind.Relative),
                new { sample = new { fields = new { a = "b" } } },
                Stop
            );
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
