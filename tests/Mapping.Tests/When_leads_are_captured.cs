using Dapper;
using LeadSync.Contracts;

namespace LeadSync.Mapping.Tests;

public sealed class When_leads_are_captured(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>, IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow().AddMinutes(-1);

    public async ValueTask InitializeAsync() =>
        (await mapping.ApplyAsync(MappingUnderTest.Config)).Status.ShouldBe(200);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static object Item(string leadId, object fields, int second = 0, string source = "import") =>
        new
        {
            source,
            leadId,
            occurredAt = Now.AddSeconds(second),
            fields,
            metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["form"] = "7" },
        };

    [Fact]
    public async Task Each_is_mapped_and_told_on()
    {
        await mapping.CaptureAsync(
            Item(
                "a-1",
                new
                {
                    lastName = " Lovelace ",
                    company = "Engines",
                    email = " Ada@Engines.example ",
                }
            )
        );

        var mapped = (await mapping.HearMappedAsync("a-1")).ShouldHaveSingleItem();
        mapped.ConnectionId.ShouldBe(mapping.ConnectionId);
        mapped.CreateAs.ShouldBe("Lead");
        mapped.Match.Email.ShouldBe("ada@engines.example");
        mapped.Metadata!["form"].ShouldBe("7");
        var section = mapped.Sections.ShouldHaveSingleItem();
        section.MissingForCreate.ShouldBeEmpty();
        section
            .Fields.Select(field => (field.Field, field.Value.GetString(), field.Rule))
            .ShouldBe([
                ("LastName", " Lovelace ", WriteRule.Overwrite),
                ("Company", "Engines", WriteRule.Overwrite),
                ("Email", "Ada@Engines.example", WriteRule.Overwrite),
                ("LeadSource", "Web", WriteRule.OnlyWhenEmpty),
            ]);
        section.Fields[0].CapturedAt.ShouldBe(Now, TimeSpan.FromMilliseconds(1));
        (await mapping.HearCapturedAsync("a-1")).ShouldHaveSingleItem().Fields.Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_same_item_again_says_the_same_again()
    {
        var item = Item("again", new { lastName = "Hopper", company = "Navy" });
        await mapping.CaptureAsync(item);
        var first = (await mapping.HearMappedAsync("again"))[0];

        await mapping.CaptureAsync(item);
        var both = await mapping.HearMappedAsync("again", atLeast: 2);

        both.ShouldAllBe(lead => lead.EventId == first.EventId && lead.Version == first.Version);
    }

    [Fact]
    public async Task A_later_patch_with_an_equal_value_is_news_and_an_older_one_changes_nothing()
    {
        await mapping.CaptureAsync(Item("news", new { lastName = "Hamilton", company = "Apollo" }, second: 1));
        var first = (await mapping.HearMappedAsync("news"))[0];

        await mapping.CaptureAsync(Item("news", new { lastName = "Hamilton", company = "Apollo" }, second: 3));
        var second = (await mapping.HearMappedAsync("news", atLeast: 2))[1];
        await mapping.CaptureAsync(Item("news", new { company = "Too late" }, second: 2));
        var third = (await mapping.HearMappedAsync("news", atLeast: 3))[2];

        second.Version.ShouldBeGreaterThan(first.Version);
        third.Version.ShouldBe(second.Version);
        third.Sections[0].Fields.Single(field => field.Field == "Company").Value.GetString().ShouldBe("Apollo");
    }

    [Fact]
    public async Task What_lacks_a_field_that_a_create_needs_goes_on_with_that_told()
    {
        await mapping.CaptureAsync(Item("no-company", new { lastName = "Noether", company = "  " }));

        var mapped = (await mapping.HearMappedAsync("no-company"))[0];

        mapped.Sections[0].MissingForCreate.ShouldBe(["Company"]);
        mapped.Sections[0].Fields.ShouldNotContain(field => field.Field == "Company");
    }

    [Fact]
    public async Task A_value_that_does_not_fit_parks_that_lead_alone_and_is_not_told()
    {
        var phone = new string('7', 41);

        await mapping.CaptureAsync(
            Item(
                "long-phone",
                new
                {
                    lastName = "Turing",
                    company = "Bletchley",
                    phone,
                }
            ),
            Item(
                "beside-it",
                new
                {
                    lastName = "Clarke",
                    company = "Bletchley",
                    phone = "123",
                }
            )
        );

        var failed = (await mapping.HearFailedAsync("long-phone"))[0];
        failed.Code.ShouldBe("VALUE_DOES_NOT_FIT");
        failed.Stage.ShouldBe(SyncStage.Mapping);
        failed.Fields.ShouldBe(["Phone"]);
        failed.Message.ShouldBe("Lead.Phone is 41 characters long, and the field takes 40.");
        failed.ConnectionId.ShouldBe(mapping.ConnectionId);
        (await mapping.HearMappedAsync("beside-it")).ShouldHaveSingleItem();
        (await mapping.CountDueAsync("long-phone")).ShouldBe(1);
    }

    [Fact]
    public async Task A_bad_item_in_a_list_fails_alone()
    {
        await mapping.CaptureAsync(
            Item("good-1", new { lastName = "One", company = "C" }),
            new
            {
                source = "import",
                leadId = "bad",
                occurredAt = Now,
                fields = new { nested = new { no = 1 } },
            },
            Item("good-2", new { lastName = "Two", company = "C" })
        );

        var refused = (await mapping.HearFailedAsync("bad")).ShouldHaveSingleItem();
        refused.Code.ShouldBe("PAYLOAD_REJECTED");
        refused.Stage.ShouldBe(SyncStage.Capture);
        refused.Fields.ShouldBe(["fields.nested"]);
        await mapping.HearMappedAsync("good-1");
        await mapping.HearMappedAsync("good-2");
    }

    [Fact]
    public async Task A_source_never_declared_is_kept_and_offered_and_its_leads_have_no_route()
    {
        await mapping.CaptureAsync(Item("stray", new { lastName = "Stray" }, source: "unheard-of"));

        var failed = (await mapping.HearFailedAsync("stray"))[0];
        failed.Code.ShouldBe("NO_ROUTE");
        failed.ConnectionId.ShouldBeNull();
        var sources = await mapping
            .Client(MappingUnderTest.Workspace, Hosting.Web.Role.Viewer)
            .GetStringAsync(new Uri("/v1/sources", UriKind.Relative), TestContext.Current.CancellationToken);
        sources.ShouldContain("""{"name":"unheard-of","declared":false""");
    }

    [Fact]
    public async Task Several_patches_of_one_lead_in_one_list_are_one_version()
    {
        await mapping.CaptureAsync(
            Item("folded", new { lastName = "Second", company = "C" }, second: 2),
            Item("folded", new { lastName = "First", phone = "1" }, second: 1)
        );

        var mapped = (await mapping.HearMappedAsync("folded")).ShouldHaveSingleItem();

        mapped.Sections[0].Fields.Single(field => field.Field == "LastName").Value.GetString().ShouldBe("Second");
        mapped.Sections[0].Fields.Single(field => field.Field == "Phone").Value.GetString().ShouldBe("1");
        (await mapping.HearCapturedAsync("folded", atLeast: 2)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_value_cleared_on_purpose_is_wanted_as_null()
    {
        await mapping.CaptureAsync(
            Item(
                "cleared",
                new
                {
                    lastName = "L",
                    company = "C",
                    phone = "1",
                },
                second: 1
            ),
            Item("cleared", new { phone = (string?)null }, second: 2)
        );

        var phone = (await mapping.HearMappedAsync("cleared"))[0]
            .Sections[0]
            .Fields.Single(field => field.Field == "Phone");

        phone.Value.ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        phone.CapturedAt.ShouldBe(Now.AddSeconds(2), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Turns_are_kept_once()
    {
        object Said(int second) =>
            new
            {
                source = "import",
                leadId = "talker",
                occurredAt = Now.AddSeconds(second),
                fields = new { lastName = "T", company = "C" },
                turns = new[]
                {
                    new
                    {
                        conversationId = "c",
                        turnId = "1",
                        at = Now,
                        speaker = "visitor",
                        text = "Hello",
                    },
                },
            };
        await mapping.CaptureAsync(Said(1));
        await mapping.HearMappedAsync("talker");
        await mapping.CaptureAsync(Said(1), Said(2));
        await mapping.HearMappedAsync("talker", atLeast: 2);

        await using var connection = await mapping.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );
        (
            await connection.ExecuteScalarAsync<long>(
                "select count(*) from turn t join lead l on l.id = t.lead where l.lead_id = 'talker'"
            )
        ).ShouldBe(1);
    }
}
