using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_test_batch_is_mapped(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sample_is_mapped_as_a_lead_of_its_source_is_and_nothing_is_kept_of_it()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        var fields = new
        {
            lastName = "Noether",
            company = "Göttingen",
            email = " Emmy@Example.com ",
            phone = "1",
        };
        await mapping.CaptureAsync(
            new
            {
                eventId = Guid.CreateVersion7(),
                occurredAt = "2026-01-31T09:00:00Z",
                source = "import",
                leadId = "emmy",
                fields,
            }
        );
        var real = await mapping.HearMappedAsync("emmy");
        var before = await mapping.ScalarAsync<long>("select count(*) from lead");

        var batch = await MapAsync(
            new
            {
                mode = "preview",
                source = "import",
                leads = new[] { new { leadId = "emmy", fields } },
            }
        );

        var sample = batch.Leads.ShouldHaveSingleItem();
        sample.LeadId.ShouldBe("emmy");
        Told(sample.Wanted!).ShouldBe(Told(real[^1]));
        (await mapping.ScalarAsync<long>("select count(*) from lead")).ShouldBe(before);
    }

    [Fact]
    public async Task Every_problem_of_a_sample_is_told_and_the_others_are_mapped()
    {
        await mapping.ApplyAsync(
            """
            sources: [{ name: import }]
            mappings:
              - connection: salesforce
                object: Lead
                fields:
                  - { field: LastName, from: lastName }
                  - { field: Company, from: company }
                  - { field: Email, from: email }
                  - { field: LeadSource, from: via }
            routes: [{ source: import, connection: salesforce, createAs: Lead }]
            """
        );

        var batch = await MapAsync(
            new
            {
                mode = "writeAndVerify",
                source = "import",
                leads = new object[]
                {
                    new { fields = new { lastName = new string('x', 100), via = "Radio" } },
                    new { fields = new { lastName = "Curie", email = "m@example.com" } },
                },
            }
        );

        batch.Mode.ShouldBe(TestMode.WriteAndVerify);
        batch.Leads[0].Wanted.ShouldBeNull();
        batch.Leads[0].Problems.SelectMany(problem => problem.Fields).ShouldBe(["LastName", "LeadSource"]);
        batch.Leads[0].Problems.ShouldAllBe(problem => problem.Code == "VALUE_DOES_NOT_FIT" && problem.Fix.Length > 0);
        batch.Leads[1].Wanted!.Sections[0].MissingForCreate.ShouldBe(["Company"]);
        batch.Leads[1].LeadId.ShouldBe($"test-batch/{batch.BatchId}/2");
        await mapping.ApplyAsync(MappingUnderTest.Config);
    }

    [Fact]
    public async Task The_four_cases_are_made_from_what_the_mapping_reads()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        var body = new
        {
            mode = "preview",
            source = "import",
            fourCases = new { existingLead = "lead@acme.example", existingContact = "contact@acme.example" },
        };

        var batch = await MapAsync(body);
        var again = await MapAsync(body);

        batch
            .Leads.Select(lead => lead.Case)
            .ShouldBe(["newPerson", "existingLead", "existingContact", "missingRequired"]);
        var emails = batch.Leads.Select(lead => lead.Wanted!.Match.Email!).ToList();
        emails[0].ShouldEndWith("@example.com");
        emails[0].ShouldNotBe(again.Leads[0].Wanted!.Match.Email!, StringComparer.Ordinal);
        emails.Skip(1).Take(2).ShouldBe(["lead@acme.example", "contact@acme.example"]);
        batch.Leads[0].Wanted!.Sections[0].MissingForCreate.ShouldBeEmpty();
        batch.Leads[3].Wanted!.Sections[0].MissingForCreate.ShouldBe(["LastName"]);
        batch.Leads[3].Notes.ShouldHaveSingleItem().ShouldContain("lastName");
    }

    [Fact]
    public async Task A_case_for_which_nobody_is_named_or_nothing_can_be_missing_is_left_out()
    {
        await mapping.ApplyAsync(
            """
            sources: [{ name: import }]
            mappings:
              - connection: salesforce
                object: Lead
                fields:
                  - { field: LastName, from: lastName, default: "[unknown]" }
                  - { field: Company, constant: Acme }
                  - { field: Email, from: email }
            routes: [{ source: import, connection: salesforce, createAs: Lead }]
            """
        );

        var batch = await MapAsync(
            new
            {
                mode = "preview",
                source = "import",
                fourCases = new { },
            }
        );

        var only = batch.Leads.ShouldHaveSingleItem();
        only.Case.ShouldBe("newPerson");
        only.Notes.ShouldHaveSingleItem().ShouldContain("missingRequired");
        await mapping.ApplyAsync(MappingUnderTest.Config);
    }

    [Fact]
    public async Task What_its_route_would_not_take_or_would_let_wait_is_said()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        await mapping.ApplyAsync(
            """
            sources: [{ name: choosy }]
            routes:
              - source: choosy
                connection: salesforce
                createAs: Lead
                enabled: false
                sync: completed
                filter: { field: country, is: DE }
            """
        );

        var batch = await MapAsync(
            new
            {
                mode = "preview",
                source = "choosy",
                leads = new[]
                {
                    new
                    {
                        fields = new
                        {
                            lastName = "Ng",
                            company = "Acme",
                            country = "FR",
                        },
                    },
                    new
                    {
                        fields = new
                        {
                            lastName = "Ng",
                            company = "Acme",
                            country = "DE",
                        },
                    },
                },
            }
        );

        batch.Leads[0].Skipped.ShouldBe("FILTERED_OUT");
        batch.Leads[0].Wanted.ShouldBeNull();
        batch.Leads[1].Wanted.ShouldNotBeNull();
        batch.Leads[1].Notes.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"mode":"sometimes","source":"import"}""", "mode", "leads")]
    [InlineData("""{"source":"import","leads":[]}""", "mode", "leads")]
    [InlineData("""{"mode":"preview","source":"import","leads":[{"fields":{}}],"fourCases":{}}""", "leads")]
    [InlineData("""{"mode":"preview","source":"nowhere","leads":[{"fields":{"a":"b"}}]}""", "source")]
    [InlineData(
        """{"mode":"preview","source":"import","fourCases":{"existingLead":"nobody"}}""",
        "fourCases.existingLead"
    )]
    [InlineData(
        """{"mode":"preview","source":"import","leads":[{"fields":{"a":{}}},{"fields":{"a":"b"},"source":"chat"},{"phone":1}]}""",
        "leads[0].fields.a",
        "leads[1].source",
        "leads[2].phone",
        "leads[2].fields"
    )]
    public async Task Everything_that_is_wrong_with_it_is_told_at_once(string body, params string[] fields)
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);

        var (status, answer) = await PostAsync(JsonElement.Parse(body));

        status.ShouldBe(422, answer.ToString());
        answer.GetProperty("code").GetString().ShouldBe("TEST_BATCH_INVALID");
        answer
            .GetProperty("faults")
            .EnumerateArray()
            .Select(fault => fault.GetProperty("field").GetString()!)
            .ShouldBe(fields, ignoreOrder: true);
    }

    [Fact]
    public async Task It_takes_an_integrator_and_a_connection_that_is_there()
    {
        var body = new
        {
            mode = "preview",
            source = "import",
            leads = new[] { new { fields = new { lastName = "Ng" } } },
        };

        (await PostAsync(body, Role.Viewer)).Status.ShouldBe(403);
        (await PostAsync(body, connection: Guid.CreateVersion7())).Status.ShouldBe(404);
    }

    // All that Push decides by.
    private static string Told(MappedLead lead) =>
        $"{lead.CreateAs} {lead.Match.Email} "
        + string.Join(
            "; ",
            lead.Sections.Select(section =>
                $"{section.Object}: {string.Join(", ", section.Fields.Select(field => $"{field.Field}={field.Value} {field.Rule}"))} lacks {string.Join(", ", section.MissingForCreate)}"
            )
        );

    private async Task<TestBatch> MapAsync(object body)
    {
        var (status, answer) = await PostAsync(body);
        status.ShouldBe(200, answer.ToString());
        return answer.Deserialize<TestBatch>(JsonSerializerOptions.Web)!;
    }

    private async Task<(int Status, JsonElement Body)> PostAsync(
        object body,
        Role role = Role.Integrator,
        Guid? connection = null
    )
    {
        using var answer = await mapping
            .Client(MappingUnderTest.Workspace, role)
            .PostAsJsonAsync($"/v1/test-leads/{connection ?? mapping.ConnectionId}", body, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }
}
