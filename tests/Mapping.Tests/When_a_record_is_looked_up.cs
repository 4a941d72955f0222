using LeadSync.Contracts;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_record_is_looked_up(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>,
        IAsyncLifetime
{
    private const string Spring = "701000000000001AAA";

    private const string Config = """
        sources: [{ name: import }]
        mappings:
          - connection: salesforce
            object: Lead
            fields:
              - { field: LastName, from: lastName }
              - { field: Company, from: company }
              - { field: Campaign__c, from: campaign, transforms: [{ lookup: { object: Campaign, by: Name } }] }
        routes:
          - { source: import, connection: salesforce, createAs: Lead }
        """;

    private static readonly string WithDefault = Config.Replace(
        "by: Name } }] }",
        "by: Name } }], default: 701000000000009AAA }",
        StringComparison.Ordinal
    );

    // Each test starts from the same CRM, of which nothing is known.
    public async ValueTask InitializeAsync()
    {
        mapping.IsConnectorAway = false;
        mapping.References.Clear();
        mapping.CrmObjects["Lead"] = Schemas.Lead with
        {
            Fields = [.. Schemas.Lead.Fields, Schemas.Field("Campaign__c", "reference", 18)],
        };
        (await mapping.ApplyAsync(Config)).Status.ShouldBe(200);
        await mapping.ExecuteAsync("delete from reference");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_lead_waits_until_it_was_and_then_goes_on_by_itself_with_the_records_id()
    {
        mapping.IsConnectorAway = true;
        await CaptureAsync("waits", " Spring Launch ");
        var failed = (await mapping.HearFailedAsync("waits"))[0];
        failed.Code.ShouldBe("REFERENCE_UNKNOWN");
        failed.Transient.ShouldBeTrue();
        mapping.References["Spring Launch"] = [Spring];

        mapping.IsConnectorAway = false;

        (await CampaignAsync("waits")).ShouldBe(Spring);
        await Eventually.ShouldBe(async () => await mapping.CountDueAsync("waits") == 0);
    }

    [Fact]
    public async Task What_is_known_makes_no_later_lead_wait()
    {
        mapping.References["Spring Launch"] = [Spring];
        await CaptureAsync("first", "Spring Launch");
        await CampaignAsync("first");
        mapping.IsConnectorAway = true;

        await CaptureAsync("second", "Spring Launch");

        (await CampaignAsync("second")).ShouldBe(Spring);
    }

    [Theory]
    [InlineData("nobody", 0, "is no record's Name")]
    [InlineData("twice", 2, "is the Name of more than one Campaign")]
    public async Task A_lead_waits_while_not_exactly_one_record_has_the_value(string leadId, int count, string reason)
    {
        mapping.References["Autumn"] = [.. Enumerable.Range(1, count).Select(number => $"70100000000001{number}AAA")];
        await CaptureAsync(leadId, "Autumn");
        var parked = (
            await mapping.HearAsync<SyncFailed, FailedSync>(
                "audit.sync-failed",
                item => item.LeadId == leadId && item.Code == "VALUE_DOES_NOT_FIT"
            )
        )[0];
        parked.Message.ShouldContain(reason);
        parked.Message.ShouldNotContain("Autumn");

        mapping.References["Autumn"] = [Spring];
        await mapping.ExecuteAsync("update reference set look_up_at = now()");

        (await CampaignAsync(leadId)).ShouldBe(Spring);
    }

    [Fact]
    public async Task The_entrys_default_stands_in_where_no_record_has_the_value()
    {
        (await mapping.ApplyAsync(WithDefault)).Status.ShouldBe(200);

        await CaptureAsync("default", "Winter");

        (await CampaignAsync("default")).ShouldBe("701000000000009AAA");
    }

    [Fact]
    public async Task A_found_one_is_looked_up_again_after_a_day_and_another_after_ten_minutes()
    {
        mapping.References["Spring Launch"] = [Spring];
        await CaptureAsync("ages", "Spring Launch");
        await CampaignAsync("ages");
        (await WaitAsync("found")).ShouldBe(TimeSpan.FromMinutes(10));

        await mapping.ExecuteAsync("update reference set look_up_at = now()");

        await Eventually.ShouldBe(async () => await WaitAsync("found") == TimeSpan.FromDays(1));
        mapping.References.Clear();
        await mapping.ExecuteAsync("update reference set look_up_at = now()");
        await Eventually.ShouldBe(async () => await WaitAsync("none") == TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_look_up_that_can_give_no_value_is_not_saved()
    {
        mapping.CrmObjects["Campaign"] = Schemas.Object("Campaign", Schemas.Field("Name", "string", 80));
        var (status, body) = await mapping.ApplyAsync(
            """
            sources: [{ name: import }]
            mappings:
              - connection: salesforce
                object: Campaign
                fields: [{ field: Name, from: campaign }]
              - connection: salesforce
                object: Lead
                fields:
                  - { field: LastName, from: lastName }
                  - { field: Company, from: company, transforms: [{ lookup: { object: Account, by: Name } }] }
                  - { field: Campaign__c, from: campaign, transforms: [{ lookup: { object: Campaign, by: Nickname } }, trim] }
            """
        );

        status.ShouldBe(422, body.GetRawText());
        var faults = body.GetRawText();
        faults.ShouldContain("is no reference");
        faults.ShouldContain("is no field of Campaign");
        faults.ShouldContain("steps follow it");
    }

    [Theory]
    [InlineData("lookup")]
    [InlineData("""{"lookup":{"object":"Campaign"}}""")]
    [InlineData("""{"lookup":{"object":"Campaign","by":"Name = ''"}}""")]
    public void A_step_without_its_names_is_none(string step) => Steps.Faults(step).ShouldNotBeEmpty();

    [Theory]
    [InlineData(256, 'x')]
    [InlineData(1, '\u0007')]
    public void What_can_be_no_name_is_never_asked_for(int length, char character) =>
        Steps
            .Apply(
                """{"lookup":{"object":"Campaign","by":"Name"}}""",
                $"a{new string(character, length - 1)}{character}"
            )
            .ShouldBeOfType<Transforms.Transformed.Refused>();

    [Theory]
    [InlineData("Spring Launch", "wanted", "value", Spring)]
    [InlineData("Autumn", "problem", "code", "VALUE_DOES_NOT_FIT")]
    [InlineData("Spring Launch", "problem", "code", "REFERENCE_UNKNOWN", true)]
    public async Task A_preview_asks_for_what_was_never_looked_up_and_keeps_nothing(
        string campaign,
        string member,
        string name,
        string value,
        bool isLookUpAway = false
    )
    {
        mapping.References["Spring Launch"] = [Spring];
        mapping.IsLookUpAway = isLookUpAway;
        try
        {
            var preview = await mapping.AskAsync(
                HttpMethod.Post,
                $"/v1/mappings/{mapping.ConnectionId}/Lead/preview",
                new { sample = new { fields = new { campaign } } }
            );

            preview
                .Body.GetProperty("fields")
                .EnumerateArray()
                .Single(field => field.GetProperty("field").GetString() == "Campaign__c")
                .GetProperty(member)
                .GetProperty(name)
                .GetString()
                .ShouldBe(value);
            (await mapping.ScalarAsync<long>("select count(*) from reference")).ShouldBe(0);
        }
        finally
        {
            mapping.IsLookUpAway = false;
        }
    }

    private Task CaptureAsync(string leadId, string campaign) =>
        mapping.CaptureAsync(
            new
            {
                source = "import",
                leadId,
                occurredAt = TimeProvider.System.GetUtcNow().AddMinutes(-1),
                fields = new
                {
                    lastName = "P",
                    company = "C",
                    campaign,
                },
            }
        );

    private async Task<string?> CampaignAsync(string leadId) =>
        (await mapping.HearMappedAsync(leadId))[0]
            .Sections[0]
            .Fields.Single(field => field.Field == "Campaign__c")
            .Value.GetString();

    private async Task<TimeSpan?> WaitAsync(string state) =>
        await mapping.ScalarAsync<TimeSpan?>(
            "select look_up_at - looked_up_at from reference where state = @state",
            new { state }
        );
}
