using System.Text.Json;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>The road that docs/how-a-lead-travels.md describes, from a form to the CRM and back into the history.</summary>
[Collection<OneHouse>]
public sealed class When_a_lead_is_captured(House house)
{
    [Fact]
    public async Task It_becomes_a_record_and_its_story_can_be_told()
    {
        await house.CaptureAsync(Lead("anna", title: "Head of Sales"));

        var record = await RecordAsync("anna");
        record["LastName"].ShouldBe("Person");
        record["Company"].ShouldBe("Acme");
        record["Title"].ShouldBe("Head of Sales");
        record["LeadSource"].ShouldBe("Web");
        await Eventually.ShouldPass(async () =>
            (await KindsAsync("anna")).ShouldBe(
                ["LeadCaptured", "LeadMapped", "RecordMatched", "RecordWritten"],
                ignoreOrder: true
            )
        );
        var byEmail = await house.ReadAsync($"/v1/timeline?email={Email("anna")}");
        byEmail.GetProperty("events").GetArrayLength().ShouldBe(4);
    }

    [Fact]
    public async Task Published_by_a_plain_AMQP_client_it_has_the_same_effect_and_a_bad_item_fails_alone()
    {
        var body = JsonSerializer.Serialize(
            new
            {
                items = new object[]
                {
                    new
                    {
                        leadId = "ben",
                        occurredAt = Now,
                        fields = Fields("ben"),
                    },
                    new
                    {
                        leadId = "bad",
                        occurredAt = Now,
                        fields = new { email = new { not = "a value" } },
                    },
                    new
                    {
                        leadId = "carl",
                        occurredAt = Now,
                        fields = Fields("carl"),
                    },
                },
            }
        );

        await house.Broker.PublishAsProductAsync("demo", "web", "leadsync.capture", body);

        (await RecordAsync("ben"))["Company"].ShouldBe("Acme");
        (await RecordAsync("carl"))["Company"].ShouldBe("Acme");
        await Eventually.ShouldPass(async () =>
        {
            var failures = (await house.ReadAsync("/v1/failures?code=PAYLOAD_REJECTED")).GetProperty("failures");
            failures
                .EnumerateArray()
                .Select(failure => failure.GetProperty("leadId").GetString())
                .ShouldContain(id => id == "bad");
        });
    }

    [Fact]
    public async Task Captured_again_unchanged_it_costs_no_write_and_changed_only_what_changed_is_sent()
    {
        await house.CaptureAsync(Lead("dora", title: "CTO"));
        var id = (await RecordAsync("dora")).Id;
        await OutcomesAsync("dora", 1);
        var before = house.Crm.Journal.LastSequence;

        await house.CaptureAsync(Lead("dora", title: "CTO"));
        await OutcomesAsync("dora", 2);
        house.Crm.Journal.After(before).SelectMany(entry => entry.Effects).ShouldNotContain(effect => effect.Id == id);

        await house.CaptureAsync(Lead("dora", title: "CEO"));
        await OutcomesAsync("dora", 3);
        var effect = house
            .Crm.Journal.After(before)
            .SelectMany(entry => entry.Effects)
            .Where(effect => effect.Id == id)
            .ShouldHaveSingleItem();
        effect.Fields.Select(field => field.Field).ShouldBe(["Title"], ignoreOrder: true);
    }

    [Fact]
    public async Task Without_a_company_it_waits_for_the_mapping_and_then_goes_through_by_itself()
    {
        await house.CaptureAsync(
            new
            {
                source = "web",
                leadId = "emil",
                fields = new { lastName = "Person", email = Email("emil") },
            },
            Lead("fritz")
        );
        await RecordAsync("fritz");
        await Eventually.ShouldPass(async () =>
        {
            var failed = (await house.ReadAsync("/v1/failures?code=REQUIRED_FIELD_MISSING")).GetProperty("failures");
            var mine = failed.EnumerateArray().Single(failure => failure.GetProperty("leadId").GetString() == "emil");
            mine.GetProperty("fields").EnumerateArray().Select(field => field.GetString()).ShouldBe(["Company"]);
            mine.GetProperty("fix").GetString().ShouldNotBeNullOrEmpty();
        });

        await house.ConfigureAsync(companyDefault: "'[not provided]'");

        (await RecordAsync("emil"))["Company"].ShouldBe("[not provided]");
        await house.ConfigureAsync(companyDefault: null);
    }

    [Fact]
    public async Task A_sales_reps_edit_stands_until_the_field_is_captured_anew()
    {
        await house.CaptureAsync(Lead("gerd", title: "CTO"));
        var id = (await RecordAsync("gerd")).Id;
        await OutcomesAsync("gerd", 1);
        await house.Crm.Org.Rep.EditAsync("Lead", id, new { Title = "a rep's" });

        for (var patch = 1; patch <= 10; patch++)
        {
            await house.CaptureAsync(
                new
                {
                    source = "web",
                    leadId = "gerd",
                    fields = new { firstName = $"Gerd {patch}" },
                }
            );
        }
        await Eventually.ShouldBe(() => (string?)house.Crm.Org.Get("Lead", id)!["FirstName"] == "Gerd 10");
        house.Crm.Org.Get("Lead", id)!["Title"].ShouldBe("a rep's");

        await house.CaptureAsync(
            new
            {
                source = "web",
                leadId = "gerd",
                fields = new { title = "CEO" },
            }
        );
        await Eventually.ShouldBe(() => (string?)house.Crm.Org.Get("Lead", id)!["Title"] == "CEO");
    }

    [Fact]
    public async Task Two_sources_that_know_the_same_person_make_one_record()
    {
        await house.CaptureAsync(
            Lead("hans"),
            new
            {
                source = "chat",
                leadId = "h-1",
                fields = Fields("hans"),
            }
        );
        await house.CaptureAsync(Lead("inge"));
        await house.CaptureAsync(
            new
            {
                source = "chat",
                leadId = "i-1",
                fields = Fields("inge"),
            }
        );

        await OutcomesAsync("h-1", 1, "chat");
        await OutcomesAsync("i-1", 1, "chat");
        await OutcomesAsync("hans", 1);
        await OutcomesAsync("inge", 1);
        house.Crm.Org.Find("Lead", Email("hans")).ShouldHaveSingleItem();
        house.Crm.Org.Find("Lead", Email("inge")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Whatever_people_are_called_it_arrives_as_it_is()
    {
        string[] names =
        [
            "O'Reilly",
            "Robert'); drop table lead;--",
            "<script>alert(1)</script>",
            "山田太郎",
            "Ægir Þórsson",
            "محمد",
            "👩‍👩‍👧‍👦",
            "@{lead.id}",
            "{{7*7}}",
            "\\\"'`",
            "null",
            "-1",
            "İstanbul",
            "a\u0301\u0302\u0303",
            "‮right to left",
        ];
        var leads = names.Select(
            (name, number) =>
                new
                {
                    source = "web",
                    leadId = $"named-{number}",
                    fields = new
                    {
                        lastName = name,
                        company = name,
                        email = Email($"named-{number}"),
                    },
                }
        );

        await house.CaptureAsync(leads);

        for (var number = 0; number < names.Length; number++)
        {
            var record = await RecordAsync($"named-{number}");
            record["LastName"].ShouldBe(names[number]);
            record["Company"].ShouldBe(names[number]);
        }
    }

    private static string Now =>
        TimeProvider.System.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    private static object Lead(string name, string? title = null) =>
        title is null
            ? new
            {
                source = "web",
                leadId = name,
                fields = Fields(name),
            }
            : new
            {
                source = "web",
                leadId = name,
                fields = new
                {
                    lastName = "Person",
                    company = "Acme",
                    email = Email(name),
                    title,
                },
            };

    private static object Fields(string name) =>
        new
        {
            lastName = "Person",
            company = "Acme",
            email = Email(name),
        };

    private static string Email(string name) => $"{name}@journeys.example";

    private Task<CrmSimulator.Data.SimulatedRecord> RecordAsync(string name) =>
        Eventually.Get(
            () => Task.FromResult(house.Crm.Org.Find("Lead", Email(name)) is [var record, ..] ? record : null),
            $"{name} is in the CRM"
        );

    private async Task<IEnumerable<string?>> KindsAsync(string leadId, string source = "web") =>
        (await house.TimelineAsync(source, leadId)).Select(happening => happening.GetProperty("kind").GetString());

    private Task OutcomesAsync(string leadId, int count, string source = "web") =>
        Eventually.ShouldPass(async () =>
            (await KindsAsync(leadId, source)).Count(kind => kind == "RecordWritten").ShouldBe(count)
        );
}
