using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_route_overrides_its_connections_mapping(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>,
        IAsyncLifetime
{
    // The connection's Company and LeadSource are put in other ways, Title is added.
    private const string Overriding = """
        [{ "object": "Lead", "fields": [
            { "field": "company", "from": "organisation", "default": "Unknown" },
            { "field": "LeadSource", "constant": "Partner" },
            { "field": "Title", "from": "title" }
        ] }]
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Partner => $"/v1/routes/partner/{mapping.ConnectionId}";

    // Two sources at one connection.
    public async ValueTask InitializeAsync() =>
        (
            await mapping.ApplyAsync(
                MappingUnderTest.Config.Replace(
                    "  - name: import",
                    "  - name: import\n  - name: partner\n  - name: chat",
                    StringComparison.Ordinal
                )
            )
        ).Status.ShouldBe(200);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task OverrideAsync(string overriding, string source = "partner")
    {
        var saved = await PutAsync(overriding, source);
        saved.Status.ShouldBe(200, saved.Body.ToString());
    }

    private Task<Answer> PutAsync(string overriding, string source = "partner") =>
        mapping.AskAsync(
            HttpMethod.Put,
            $"/v1/routes/{source}/{mapping.ConnectionId}",
            new { createAs = "Lead", mapping = JsonElement.Parse(overriding) }
        );

    private static object Lead(string source, string leadId) =>
        new
        {
            eventId = Guid.CreateVersion7(),
            occurredAt = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero),
            source,
            leadId,
            fields = new
            {
                lastName = "Doe",
                company = "Acme",
                organisation = "Acme Nordic",
                title = "Buyer",
            },
        };

    private async Task<MappedSection> MapAsync(string source, string leadId)
    {
        await mapping.CaptureAsync(Lead(source, leadId));
        return (await mapping.HearMappedAsync(leadId))[0].Sections.ShouldHaveSingleItem();
    }

    private static IEnumerable<string> Values(MappedSection section) =>
        section.Fields.Select(field => $"{field.Field} {field.Value}");

    [Fact]
    public async Task Its_entries_stand_in_for_those_of_the_same_field_others_are_added_and_the_rest_stays()
    {
        await OverrideAsync(Overriding);

        var section = await MapAsync("partner", "replaced");

        Values(section).ShouldBe(["LastName Doe", "Company Acme Nordic", "LeadSource Partner", "Title Buyer"]);
        section.MissingForCreate.ShouldBeEmpty();
    }

    [Fact]
    public async Task Leads_of_other_routes_are_mapped_as_the_connection_says()
    {
        await OverrideAsync(Overriding);

        var section = await MapAsync("import", "other-route");

        Values(section).ShouldBe(["LastName Doe", "Company Acme", "LeadSource Web"]);
    }

    [Fact]
    public async Task Taken_out_again_the_connections_mapping_holds()
    {
        await OverrideAsync(Overriding);
        await OverrideAsync("[]");

        Values(await MapAsync("partner", "taken-out")).ShouldBe(["LastName Doe", "Company Acme", "LeadSource Web"]);
        (await mapping.GetAsync(Partner)).Body.TryGetProperty("mapping", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_conversation_that_only_the_route_asks_for_is_written_whole()
    {
        await OverrideAsync(
            """[{"object":"Lead","fields":[{"field":"Description","from":"$conversation"}]}]""",
            "chat"
        );

        await mapping.CaptureAsync(Turn(1, "first"));
        await mapping.HearMappedAsync("talks");
        await mapping.CaptureAsync(Turn(2, "second"));

        var last = (await mapping.HearMappedAsync("talks", atLeast: 2))[^1];
        var written = last.Sections[0].Fields.Single(field => field.Field == "Description").Value.GetString();
        written!.Split('\n').Select(line => line.Split(": ")[^1]).ShouldBe(["first", "second"]);
    }

    private static object Turn(int minute, string text) =>
        new
        {
            eventId = Guid.CreateVersion7(),
            occurredAt = $"2026-01-31T09:{minute:00}:00Z",
            source = "chat",
            leadId = "talks",
            fields = new { lastName = "Hopper", company = "Navy" },
            turns = new[]
            {
                new
                {
                    conversationId = "c",
                    turnId = $"{minute}",
                    at = $"2026-01-31T09:{minute:00}:00Z",
                    speaker = "Grace",
                    text,
                },
            },
        };

    [Fact]
    public async Task Every_fault_is_told_at_once_as_it_is_of_a_mapping()
    {
        mapping.CrmObjects["Contact"] = Schemas.Lead with { Object = "Contact" };

        var refused = await PutAsync(
            """
            [
              { "object": "Lead", "fields": [
                { "field": "Nothing__c", "from": "a" },
                { "field": "CreatedDate", "from": "a" },
                { "field": "LeadSource", "constant": "Elsewhere" },
                { "field": "Title", "from": "a" },
                { "field": "title", "from": "b" } ] },
              { "object": "Contact", "fields": [ { "field": "Title", "from": "a" } ] },
              { "object": "Lead", "fields": [ { "field": "Title", "from": "a" } ] },
              { "object": "Ship__c", "fields": [ { "field": "Name", "from": "a" } ] }
            ]
            """
        );

        refused.Status.ShouldBe(422);
        refused
            .Faults.Select(fault => fault[..fault.IndexOf(' ', StringComparison.Ordinal)])
            .ShouldBe(
                [
                    "mapping[0].fields[0].field",
                    "mapping[0].fields[1].field",
                    "mapping[0].fields[2].constant",
                    "mapping[0].fields[4].field",
                    "mapping[1].object",
                    "mapping[2].object",
                    "mapping[3].object",
                    "mapping[3].object",
                ],
                ignoreOrder: true
            );
        refused.Faults.ShouldContain("mapping[1].object Contact is not mapped at 'salesforce'", StringComparer.Ordinal);
        refused.Faults.ShouldContain("mapping[2].object is overridden above already", StringComparer.Ordinal);
        refused.Faults.ShouldContain(
            "mapping[0].fields[4].field is a CRM field that is mapped above already",
            StringComparer.Ordinal
        );
    }

    [Theory]
    [InlineData("""[{"object":"Lead"}]""", "mapping[0].fields is missing")]
    [InlineData("""[{"object":"Lead","fields":[]}]""", "mapping[0].fields names no CRM field")]
    [InlineData(
        """[{"object":"Lead","fields":[{"field":"Title","from":"a","savedAt":"2026-01-01T00:00:00Z"}]}]""",
        "mapping[0].fields[0].savedAt is not known here"
    )]
    public async Task What_is_no_override_is_refused(string overriding, string fault) =>
        (await PutAsync(overriding)).Faults.ShouldBe([fault]);

    [Fact]
    public async Task Exported_and_applied_it_is_the_same()
    {
        await OverrideAsync(Overriding);
        var tag = (await mapping.GetAsync(Partner)).Tag;

        var exported = await ExportAsync();
        var (status, applied) = await mapping.ApplyAsync(exported);

        exported.ShouldContain("Partner");
        status.ShouldBe(200, applied.ToString());
        applied.GetProperty("changed").GetArrayLength().ShouldBe(0);
        (await ExportAsync()).ShouldBe(exported);
        (await mapping.GetAsync(Partner)).Tag.ShouldBe(tag);
    }

    private Task<string> ExportAsync() =>
        mapping
            .Client(MappingUnderTest.Workspace, Role.Viewer)
            .GetStringAsync(new Uri("/v1/config", UriKind.Relative), Stop);

    [Fact]
    public async Task An_entry_that_a_later_save_leaves_as_it_was_keeps_its_time()
    {
        await OverrideAsync(Overriding);
        var before = await MapAsync("partner", "before");

        await OverrideAsync(Overriding.Replace("\"from\": \"title\"", "\"constant\": \"Buyer\""));
        var after = await MapAsync("partner", "after");

        SavedAt(after, "LeadSource").ShouldBe(SavedAt(before, "LeadSource"));
        SavedAt(after, "Title").ShouldBeGreaterThan(SavedAt(after, "LeadSource"));
    }

    private static DateTimeOffset SavedAt(MappedSection section, string field) =>
        section.Fields.Single(one => one.Field == field).CapturedAt;

    [Fact]
    public async Task Drafts_and_versions_carry_it()
    {
        await OverrideAsync("[]");
        var without = await mapping.GetAsync(Partner);

        await mapping.AskAsync(
            HttpMethod.Put,
            $"{Partner}/draft",
            new { createAs = "Lead", mapping = JsonElement.Parse(Overriding) }
        );
        var published = await mapping.AskAsync(HttpMethod.Post, $"{Partner}/draft/publish");
        var withIt = await mapping.GetAsync(Partner);
        await mapping.AskAsync(HttpMethod.Post, $"{Partner}/versions/{without.Tag!.Trim('"')}/restore");
        var restored = await mapping.GetAsync(Partner);

        published.Status.ShouldBe(200, published.Body.ToString());
        withIt.Body.GetProperty("mapping")[0].GetProperty("fields").GetArrayLength().ShouldBe(3);
        restored.Body.TryGetProperty("mapping", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task The_mapping_that_it_overrides_is_not_removed()
    {
        await OverrideAsync(Overriding);

        var refused = await mapping.AskAsync(HttpMethod.Delete, $"/v1/mappings/{mapping.ConnectionId}/Lead");

        refused.Status.ShouldBe(422);
        refused.Faults.ShouldContain(
            $"object is what the route partner/{mapping.ConnectionId} overrides",
            StringComparer.Ordinal
        );
    }
}
