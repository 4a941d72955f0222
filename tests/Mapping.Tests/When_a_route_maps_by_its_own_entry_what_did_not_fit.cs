namespace LeadSync.Mapping.Tests;

public sealed class When_a_route_maps_by_its_own_entry_what_did_not_fit(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>
{
    private const string Config = """
        sources:
          - name: import
        mappings:
          - connection: salesforce
            object: Lead
            fields:
              - { field: LastName, from: lastName }
              - { field: Company, from: company }
              - { field: LeadSource, from: via }
        routes:
          - { source: import, connection: salesforce, createAs: Lead }
        """;

    private string Map => $"/v1/mappings/{mapping.ConnectionId}/Lead/misfits/map";

    private static object Item(string leadId, string via, string source) =>
        new
        {
            eventId = Guid.CreateVersion7(),
            occurredAt = "2026-01-31T09:00:00Z",
            source,
            leadId,
            fields = new
            {
                lastName = "L",
                company = "C",
                via,
            },
        };

    [Theory]
    // Where the route maps the field by an entry of its own, and where it does not.
    [InlineData("partner", true)]
    [InlineData("import", false)]
    public async Task A_value_is_mapped_in_the_entry_that_stopped_its_leads(string source, bool isRoutes)
    {
        await mapping.ApplyAsync(Config);
        await mapping.ApplyAsync(
            """
            sources: [{ name: partner }]
            routes:
              - source: partner
                connection: salesforce
                createAs: Lead
                mapping:
                  - object: Lead
                    fields: [{ field: leadSource, from: via, transforms: [{ values: { map: { a: Web }, fallback: fail } }] }]
            """
        );
        var (leadId, value) = ($"at-{source}", $"Fair of {source}");
        await mapping.CaptureAsync(Item(leadId, value, source));
        await mapping.HearFailedAsync(leadId);
        var routes = await mapping.GetAsync("/v1/routes");
        var mappings = await mapping.GetAsync("/v1/mappings");

        var mended = await mapping.AskAsync(
            HttpMethod.Post,
            Map,
            new
            {
                field = "LEADSOURCE",
                value = value.ToUpperInvariant(),
                to = "Partner",
            }
        );

        mended.Status.ShouldBe(200, mended.Body.ToString());
        mended.Body.GetProperty("routes").GetArrayLength().ShouldBe(isRoutes ? 1 : 0);
        var mapped = (await mapping.HearMappedAsync(leadId))[0].Sections[0].Fields;
        mapped.Single(field => field.Field == "LeadSource").Value.GetString().ShouldBe("Partner");
        ((await mapping.GetAsync("/v1/routes")).Body.ToString() == routes.Body.ToString()).ShouldBe(!isRoutes);
        ((await mapping.GetAsync("/v1/mappings")).Body.ToString() == mappings.Body.ToString()).ShouldBe(isRoutes);
    }

    [Fact]
    public async Task What_would_not_fit_in_a_routes_entry_is_told_with_the_route()
    {
        await mapping.ApplyAsync(Config);
        await mapping.ApplyAsync(
            """
            sources: [{ name: reseller }]
            routes:
              - source: reseller
                connection: salesforce
                createAs: Lead
                mapping: [{ object: Lead, fields: [{ field: LeadSource, from: via }] }]
            """
        );
        await mapping.CaptureAsync(Item("resold", "Shop", "reseller"));
        await mapping.HearFailedAsync("resold");

        var refused = await mapping.AskAsync(
            HttpMethod.Post,
            Map,
            new
            {
                field = "LeadSource",
                value = "Shop",
                to = "Radio",
            }
        );

        refused.Status.ShouldBe(422);
        refused.Faults[0].ShouldStartWith("routes.reseller.mapping[0].fields[0].transforms[0].values.map.Shop ");
    }
}
