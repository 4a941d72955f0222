using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Fields;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

public sealed class When_values_fit_no_picklist(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private const string Config = """
        sources:
          - name: import
        mappings:
          - connection: salesforce
            object: Lead
            fields:
              - { field: LastName, from: lastName }
              - { field: Company, from: company }
              - { field: LeadSource, from: via, transforms: [trim] }
        routes:
          - { source: import, connection: salesforce, createAs: Lead }
        """;

    private static object Item(string leadId, string via, int second = 0) =>
        new
        {
            eventId = Guid.CreateVersion7(),
            occurredAt = $"2026-01-31T09:00:{second:00}Z",
            source = "import",
            leadId,
            fields = new
            {
                lastName = "L",
                company = "C",
                via,
            },
        };

    private Uri At(string rest) => new($"/v1/mappings/{mapping.ConnectionId}/Lead/misfits{rest}", UriKind.Relative);

    private async Task<List<JsonElement>> ReportAsync() =>
        [
            .. (
                await mapping
                    .Client(MappingUnderTest.Workspace, Role.Viewer)
                    .GetFromJsonAsync<JsonElement>(At(""), Stop)
            )
                .GetProperty("misfits")
                .EnumerateArray(),
        ];

    [Fact]
    public async Task They_are_reported_once_for_each_lead_and_mapping_one_lets_what_waited_go_on()
    {
        await mapping.ApplyAsync(Config);
        var first = Item("radio-1", " Radio ");
        await mapping.CaptureAsync(first, Item("radio-2", "radio"), Item("tv", "TV"));
        await mapping.HearFailedAsync("radio-1");
        await mapping.HearFailedAsync("radio-2");
        await mapping.HearFailedAsync("tv");
        // Again, and with news that changes nothing of it.
        await mapping.CaptureAsync(first);
        await mapping.HearFailedAsync("radio-1", atLeast: 2);
        await mapping.CaptureAsync(Item("radio-1", "Radio", second: 5));
        await mapping.HearFailedAsync("radio-1", atLeast: 3);

        var report = await ReportAsync();
        using var answer = await mapping
            .Client(MappingUnderTest.Workspace, Role.Integrator)
            .PostAsJsonAsync(
                At("/map"),
                new
                {
                    field = "LeadSource",
                    value = "Radio",
                    to = "Partner",
                },
                Stop
            );

        report
            .Select(one => $"{one.GetProperty("value")} {one.GetProperty("leads")}")
            .ShouldBe(["Radio 1", "TV 1", "radio 1"], ignoreOrder: true);
        var radio = report.Single(one => one.GetProperty("value").GetString() == "Radio");
        radio.GetProperty("field").GetString().ShouldBe("LeadSource");
        radio.GetProperty("examples")[0].GetProperty("leadId").GetString().ShouldBe("radio-1");
        radio
            .GetProperty("lastSeenAt")
            .GetDateTimeOffset()
            .ShouldBeGreaterThan(radio.GetProperty("firstSeenAt").GetDateTimeOffset());
        ((int)answer.StatusCode).ShouldBe(200, await answer.Content.ReadAsStringAsync(Stop));
        foreach (var lead in new[] { "radio-1", "radio-2" })
        {
            var mapped = (await mapping.HearMappedAsync(lead))[0];
            mapped
                .Sections[0]
                .Fields.Single(field => field.Field == "LeadSource")
                .Value.GetString()
                .ShouldBe("Partner");
        }
        await Eventually.ShouldBe(
            async () =>
                (await ReportAsync())
                    .Select(one => one.GetProperty("value").GetString())
                    .SequenceEqual(["TV"], StringComparer.Ordinal),
            "the report has only what still waits"
        );
    }

    [Theory]
    [InlineData("""{"field":"LeadSource","value":"TV","to":"Radio"}""", "fields[2].transforms[1].values.map.TV")]
    [InlineData("""{"field":"Nope","value":"TV","to":"Web"}""", "field")]
    [InlineData("""{"field":"LeadSource","value":"TV"}""", "to")]
    public async Task What_would_not_fit_either_is_not_added(string body, string place)
    {
        await mapping.ApplyAsync(Config.Replace("import", "other", StringComparison.Ordinal));
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await mapping
            .Client(MappingUnderTest.Workspace, Role.Integrator)
            .PostAsync(At("/map"), content, Stop);

        ((int)answer.StatusCode).ShouldBe(422);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Stop));
        problem.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe(place);
    }

    [Fact]
    public async Task A_viewer_reads_the_report_and_changes_nothing()
    {
        using var answer = await mapping
            .Client(MappingUnderTest.Workspace, Role.Viewer)
            .PostAsJsonAsync(At("/map"), new { field = "LeadSource" }, Stop);

        ((int)answer.StatusCode).ShouldBe(403);
    }

    [Theory]
    // To the map that asks for every value; to the last map that kept it; to a new one where neither can be it.
    [InlineData(
        """[{"values":{"map":{"a":"1"},"fallback":"fail"}},"trim"]""",
        "x",
        """[{"values":{"map":{"a":"1","x":"Web"},"fallback":"fail"}},"trim"]"""
    )]
    [InlineData(
        """["trim",{"values":{"map":{"a":"1"},"fallback":"keep"}}]""",
        "x",
        """["trim",{"values":{"map":{"a":"1","x":"Web"},"fallback":"keep"}}]"""
    )]
    [InlineData(
        """[{"values":{"map":{"a":"Radio"},"fallback":"fail"}}]""",
        "Radio",
        """[{"values":{"map":{"a":"Radio"},"fallback":"fail"}},{"values":{"map":{"Radio":"Web"},"fallback":"keep"}}]"""
    )]
    [InlineData(
        """[{"values":{"map":{"a":"1"},"fallback":"keep"}},{"case":"upper"}]""",
        "X",
        """[{"values":{"map":{"a":"1"},"fallback":"keep"}},{"case":"upper"},{"values":{"map":{"X":"Web"},"fallback":"keep"}}]"""
    )]
    [InlineData("[]", "x", """[{"values":{"map":{"x":"Web"},"fallback":"keep"}}]""")]
    public void A_value_is_added_where_it_is_lacking(string transforms, string value, string expected)
    {
        var reader = new SettingReader();
        var entry = EntrySetting
            .Read(
                reader,
                JsonElement.Parse($$"""{"field":"LeadSource","from":"via","transforms":{{transforms}}}"""),
                ""
            )!
            .Entry;

        var added = AddToValueMap.To(entry, value, JsonSerializer.SerializeToElement("Web"));

        EntrySetting.Write(added)["transforms"]!.ToJsonString().ShouldBe(expected);
    }
}
