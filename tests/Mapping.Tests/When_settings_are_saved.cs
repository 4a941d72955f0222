using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

public sealed class When_settings_are_saved(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Uri MappingUri => new($"/v1/mappings/{mapping.ConnectionId}/Lead", UriKind.Relative);

    private static IReadOnlyList<string> Faults(JsonElement problem) =>
        [
            .. problem
                .GetProperty("faults")
                .EnumerateArray()
                .Select(fault => $"{fault.GetProperty("field").GetString()} {fault.GetProperty("reason").GetString()}"),
        ];

    [Fact]
    public async Task Every_fault_is_told_at_once_with_its_place()
    {
        var (status, problem) = await mapping.ApplyAsync(
            """
            sources:
              - { name: Not A Slug }
              - { name: form, enabled: perhaps }
            mappings:
              - connection: salesforce
                object: Lead
                fields:
                  - { field: LastName, from: lastName, rule: sometimes }
                  - { field: Nowhere__c, from: x }
                  - { field: CreatedDate, from: x }
                  - { field: LeadSource, constant: Radio }
                  - { field: Email, from: email }
                  - { field: email, from: email2 }
                  - { field: Phone, from: phone, constant: 1 }
                  - { field: Title, frm: title }
              - { connection: nowhere, object: Lead, fields: [] }
              - { connection: sandbox, object: Opportunity, fields: [] }
            routes:
              - { source: undeclared, connection: reporting, createAs: Lead, sync: sometimes }
            colour: blue
            """,
            "faulty"
        );

        status.ShouldBe(422);
        problem.GetProperty("code").GetString().ShouldBe("SETTING_INVALID");
        Faults(problem)
            .ShouldBe(
                [
                    "colour is not known here",
                    "sources[0].name is not a name of 1 to 63 lower-case letters, digits and hyphens that starts with a letter or digit",
                    "sources[1].enabled is neither true nor false",
                    "mappings[0].fields[0].rule is no write rule",
                    "mappings[0].fields[6] has both from and constant",
                    "mappings[0].fields[7].frm is not known here",
                    "mappings[0].fields[7] has neither from nor template nor constant",
                    "mappings[0].fields[1].field Nowhere__c is no field of Lead that the connected user sees",
                    "mappings[0].fields[2].field CreatedDate may not be written by the connected user",
                    "mappings[0].fields[3].constant is not in the field's list of values, and the field takes no other (Lead.LeadSource, picklist)",
                    "mappings[0].fields[5].field is a CRM field that is mapped above already",
                    "mappings[0].fields lacks Company, without which the CRM creates no Lead",
                    "mappings[1].connection is no connection of this workspace",
                    "mappings[2].object is no object that 'sandbox' has, or its user may not see it",
                    "routes[0].sync says not when a lead is synced",
                    "routes[0].source 'undeclared' is no declared source",
                    "routes[0].connection 'reporting' is connected for pull only, and is never written to",
                    "routes[0].createAs Lead is not mapped at 'reporting'",
                ],
                ignoreOrder: true
            );
    }

    [Theory]
    // The route names what the mapping maps, whatever is wrong with its entries.
    [InlineData("[{ field: LastName, frm: a }, { field: company }]", "[0].frm", "[0]", "[1]")]
    [InlineData("yes", "")]
    [InlineData("[]", " lacks LastName", " lacks Company")]
    public async Task What_is_wrong_with_an_entry_is_told_once_and_for_nothing_else(
        string fields,
        params string[] places
    )
    {
        var (_, problem) = await mapping.ApplyAsync(
            $$"""
            sources: [{ name: form }]
            mappings: [{ connection: salesforce, object: Lead, fields: {{fields}} }]
            routes: [{ source: form, connection: salesforce, createAs: Lead }]
            """,
            "faulty"
        );

        var faults = Faults(problem);
        faults.Count.ShouldBe(places.Length, string.Join('\n', faults));
        foreach (var place in places)
            faults.ShouldContain(fault => fault.StartsWith($"mappings[0].fields{place}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_file_again_and_the_exported_file_change_nothing()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);

        var (_, again) = await mapping.ApplyAsync(MappingUnderTest.Config);
        var exported = await mapping
            .Client(MappingUnderTest.Workspace, Role.Viewer)
            .GetStringAsync(new Uri("/v1/config", UriKind.Relative), Stop);
        var (status, reapplied) = await mapping.ApplyAsync(exported);

        again.GetProperty("changed").GetArrayLength().ShouldBe(0);
        again.GetProperty("unchanged").GetInt32().ShouldBe(3);
        status.ShouldBe(200, exported);
        reapplied.GetProperty("changed").GetArrayLength().ShouldBe(0, exported);
    }

    [Fact]
    public async Task Entries_with_steps_are_exported_as_they_were_given()
    {
        const string config = """
            sources:
              - name: form
            mappings:
              - connection: sandbox
                object: Lead
                fields:
                  - { field: LastName, from: name, transforms: [trim, { splitName: last }, truncate] }
                  - { field: Company, from: company, default: "[not provided]", defaultRule: onlyOnCreate }
                  - { field: Title, template: "{role}[, {team}]", rule: untilEdited, precedence: [form] }
                  - field: LeadSource
                    from: via
                    transforms: [{ values: { map: { Ad: Web, "007": Partner }, fallback: keep } }]
                  - { field: Status, constant: Open, rule: onlyWhile, while: { values: [Open] } }
                  - { field: NumberOfEmployees, from: size, transforms: [{ number: { group: "," } }] }
                  - { field: HasOptedOutOfEmail, from: no, transforms: [{ boolean: { "true": [ja], "false": [nein] } }], rule: optOut, consent: yes }
                  - { field: Products__c, from: products, adds: true }
            """;
        (await mapping.ApplyAsync(config, "steps")).Status.ShouldBe(200);

        var exported = await mapping
            .Client("steps", Role.Viewer)
            .GetStringAsync(new Uri("/v1/config", UriKind.Relative), Stop);
        var (status, again) = await mapping.ApplyAsync(exported, "steps");

        status.ShouldBe(200, exported);
        again.GetProperty("changed").GetArrayLength().ShouldBe(0, exported);
        exported.ShouldContain("splitName: last");
    }

    [Fact]
    public async Task A_revision_that_is_no_longer_there_is_refused()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        var client = mapping.Client(MappingUnderTest.Workspace, Role.Integrator);
        using var read = await client.GetAsync(MappingUri, Stop);
        var tag = read.Headers.ETag!;
        object Body(string company) =>
            new
            {
                fields = new object[]
                {
                    new { field = "LastName", from = "lastName" },
                    new { field = "Company", from = company },
                },
            };

        using var changed = await client.SendAsync(Put(Body("company"), tag), Stop);
        using var stale = await client.SendAsync(Put(Body("organisation"), tag), Stop);

        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag.ShouldNotBe(tag);
        stale.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await client.GetFromJsonAsync<JsonElement>(MappingUri, Stop))
            .GetProperty("fields")[1]
            .GetProperty("from")
            .GetString()
            .ShouldBe("company");
    }

    private HttpRequestMessage Put(object body, EntityTagHeaderValue tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, MappingUri) { Content = JsonContent.Create(body) };
        request.Headers.IfMatch.Add(tag);
        return request;
    }

    [Fact]
    public async Task Nothing_is_saved_while_the_CRM_cannot_be_asked()
    {
        mapping.IsCrmAway = true;
        try
        {
            var (status, problem) = await mapping.ApplyAsync(MappingUnderTest.Config, "away");

            status.ShouldBe(503);
            problem.GetProperty("code").GetString().ShouldBe("CRM_UNAVAILABLE");
            (await mapping.ScalarAsync<long>("select count(*) from source where workspace = 'away'")).ShouldBe(0);
        }
        finally
        {
            mapping.IsCrmAway = false;
        }
    }

    [Theory]
    [InlineData("sources: [", "The YAML cannot be read")]
    [InlineData("sources: []\nsources: []", "The YAML cannot be read")]
    [InlineData("a: 1\n---\nb: 2", "several YAML documents")]
    public async Task A_file_that_cannot_be_read_is_told_with_the_place(string yaml, string detail)
    {
        var (status, problem) = await mapping.ApplyAsync(yaml);

        status.ShouldBe(400);
        problem.GetProperty("code").GetString().ShouldBe("BODY_UNREADABLE");
        problem.GetProperty("detail").GetString()!.ShouldContain(detail);
    }

    [Fact]
    public async Task A_viewer_reads_and_may_not_save_and_another_workspace_sees_nothing()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);

        using var saved = await mapping
            .Client(MappingUnderTest.Workspace, Role.Viewer)
            .PutAsJsonAsync(new Uri("/v1/sources/import", UriKind.Relative), new { enabled = false }, Stop);
        using var foreign = await mapping.Client("other", Role.Manager).GetAsync(MappingUri, Stop);
        using var nobody = await mapping.Anonymous().GetAsync(MappingUri, Stop);

        saved.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        nobody.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_body_that_contradicts_its_path_is_refused()
    {
        using var response = await mapping
            .Client(MappingUnderTest.Workspace, Role.Integrator)
            .PutAsJsonAsync(new Uri("/v1/sources/import", UriKind.Relative), new { name = "other" }, Stop);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }
}
