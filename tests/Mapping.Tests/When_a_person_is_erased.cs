using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Testing;
using RabbitMQ.Client;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_person_is_erased(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>, IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow().AddMinutes(-1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        (await mapping.ApplyAsync(MappingUnderTest.Config)).Status.ShouldBe(200);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static object Item(string leadId, string email, int second = 0) =>
        new
        {
            source = "import",
            leadId,
            occurredAt = Now.AddSeconds(second),
            fields = new
            {
                lastName = "Lovelace",
                company = "Engines",
                email,
            },
            turns = new[]
            {
                new
                {
                    conversationId = "c",
                    turnId = "1",
                    at = Now,
                    speaker = "visitor",
                    text = "Hello, it is me",
                },
            },
        };

    private async Task<(HttpStatusCode Status, JsonElement Body)> EraseAsync(object who, Role role = Role.Manager)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/people")
        {
            Content = JsonContent.Create(who),
        };
        using var response = await mapping.Client(MappingUnderTest.Workspace, role).SendAsync(request, Stop);
        var text = await response.Content.ReadAsStringAsync(Stop);
        return (response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    private Task<HttpResponseMessage> GetAsync(string leadId) =>
        mapping
            .Client(MappingUnderTest.Workspace, Role.Viewer)
            .GetAsync(new Uri($"/v1/leads/import/{leadId}", UriKind.Relative), Stop);

    [Fact]
    public async Task Nothing_that_tells_who_it_was_stays_and_Push_is_told()
    {
        await mapping.CaptureAsync(Item("gone-1", "Gone@Engines.example"), Item("gone-2", "gone@engines.example "));
        var mapped = (await mapping.HearMappedAsync("gone-1"))[0];
        await mapping.HearMappedAsync("gone-2");
        await mapping.PublishAsync(
            EventKinds.RecordWritten,
            new WrittenRecord
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Now,
                Source = "import",
                LeadId = "gone-1",
                ConnectionId = mapping.ConnectionId,
                Version = mapped.Version,
                FromVersion = mapped.Version,
                Outcome = WriteOutcome.Created,
                Record = new KnownRecord("Lead", "00Q5g00000GoneAEAF"),
                Fields = [],
            }
        );
        await Eventually.ShouldBe(async () => await mapping.ScalarAsync<long>("select count(*) from record_link") > 0);

        var (status, body) = await EraseAsync(new { email = " GONE@engines.example" });

        status.ShouldBe(HttpStatusCode.OK);
        body.GetProperty("leads").GetInt32().ShouldBe(2);
        body.GetProperty("done").ToString().ShouldBe("""["leads","deadLetters"]""");
        body.GetProperty("underWay").ToString().ShouldBe("""["lanes","history"]""");
        var told = (await mapping.HearMappedAsync("gone-1", atLeast: 2))[1];
        (told.Withdrawn, told.Reason, told.Match.Email, told.Match.Records.Count, told.Sections.Count).ShouldBe(
            (true, "ERASED", null, 0, 0)
        );
        told.Version.ShouldBeGreaterThan(mapped.Version);
        var whole = await DatabaseDump.ReadAsync(mapping.Database.Owner);
        foreach (var trace in new[] { "gone@engines", "gone-1", "00Q5g00000GoneA" })
            whole.ShouldNotContain(trace, Case.Insensitive);
        using var read = await GetAsync("gone-1");
        read.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Late_messages_and_re_captures_are_dropped_and_told_to_nobody()
    {
        await mapping.CaptureAsync(Item("late", "late@engines.example"));
        await mapping.HearMappedAsync("late");
        (await EraseAsync(new { source = "import", leadId = "late" })).Status.ShouldBe(HttpStatusCode.OK);

        await mapping.CaptureAsync(
            Item("late", "late@engines.example", second: 1),
            Item("late-2", "LATE@engines.example", second: 1),
            Item("beside", "beside@engines.example")
        );
        await mapping.HearMappedAsync("beside");

        (await mapping.HearCapturedAsync("beside")).ShouldHaveSingleItem();
        (await mapping.HearCapturedAsync("late")).Count.ShouldBe(1, "only what was said before the erasure");
        (await mapping.HearCapturedAsync("late-2", atLeast: 0)).ShouldBeEmpty("it was captured before the erasure");
        (await mapping.ScalarAsync<long>("select count(*) from lead where lead_id like 'late%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Who_comes_again_under_a_new_lead_is_taken_in()
    {
        await mapping.CaptureAsync(Item("old", "again@engines.example"));
        await mapping.HearMappedAsync("old");
        await EraseAsync(new { email = "again@engines.example" });

        await mapping.CaptureAsync(
            new
            {
                source = "import",
                leadId = "new",
                occurredAt = TimeProvider.System.GetUtcNow().AddSeconds(5),
                fields = new
                {
                    lastName = "L",
                    company = "C",
                    email = "again@engines.example",
                },
            }
        );

        (await mapping.HearMappedAsync("new")).ShouldHaveSingleItem().Match.Email.ShouldBe("again@engines.example");
    }

    [Fact]
    public async Task It_must_be_clear_who_and_be_asked_by_a_manager()
    {
        (await EraseAsync(new { email = "a@b.example", source = "import" }))
            .Body.GetRawText()
            .ShouldContain("stands beside");
        (await EraseAsync(new { email = "nobody" })).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await EraseAsync(new { source = "import" })).Body.GetRawText().ShouldContain("leadId");
        (await EraseAsync(new { email = "a@b.example" }, Role.Integrator)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Until_then_a_lead_is_shown_whole_with_where_each_value_came_from()
    {
        await mapping.CaptureAsync(Item("shown/1", "shown@engines.example"));
        await mapping.HearMappedAsync("shown/1");

        using var response = await GetAsync("shown/1");
        var lead = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);

        response.StatusCode.ShouldBe(HttpStatusCode.OK, lead.GetRawText());
        var name = lead.GetProperty("fields").GetProperty("lastName");
        name.GetProperty("value").GetString().ShouldBe("Lovelace");
        name.GetProperty("capturedAt").GetDateTimeOffset().ShouldBe(Now, TimeSpan.FromMilliseconds(1));
        name.GetProperty("by").GetGuid().ShouldNotBe(Guid.Empty);
        lead.GetProperty("matchEmail").GetString().ShouldBe("shown@engines.example");
        lead.GetProperty("turns")[0].GetProperty("text").GetString().ShouldBe("Hello, it is me");
        var pair = lead.GetProperty("pairs").EnumerateArray().ShouldHaveSingleItem();
        pair.GetProperty("connectionId").GetGuid().ShouldBe(mapping.ConnectionId);
        pair.GetProperty("state").GetString().ShouldBe("mapped");
    }

    [Fact]
    public async Task While_nobody_can_be_told_it_says_so_and_does_it_later()
    {
        await mapping.CaptureAsync(Item("patient", "patient@engines.example"));
        var mapped = (await mapping.HearMappedAsync("patient"))[0];
        var shares = $"{Wire.LeadMapped}.shares";
        await mapping.Broker.UnbindSharesAsync(Wire.LeadMapped);
        await mapping.Broker.UnbindAsync(shares, "audit.lead-mapped", "#");

        var (status, body) = await EraseAsync(new { source = "import", leadId = "patient" });

        status.ShouldBe(HttpStatusCode.OK);
        body.GetProperty("done").ToString().ShouldBe("""["leads"]""");
        body.GetProperty("underWay").ToString().ShouldBe("""["deadLetters","lanes","history"]""");
        await mapping.Broker.BindSharesAsync(Wire.LeadMapped);
        await mapping.Broker.BindAsync(shares, "audit.lead-mapped", "#");
        var told = (await mapping.HearMappedAsync("patient", atLeast: 2))[1];
        (told.Reason, told.Version > mapped.Version).ShouldBe(("ERASED", true));
        await Eventually.ShouldBe(async () => await mapping.ScalarAsync<long>("select count(*) from erasure") == 0);
        (await DatabaseDump.ReadAsync(mapping.Database.Owner)).ShouldNotContain("patient", Case.Insensitive);
    }

    [Fact]
    public async Task Who_asked_for_it_is_told_and_not_whom_it_was_about()
    {
        await mapping.CaptureAsync(Item("asked", "asked@engines.example"));
        await mapping.HearMappedAsync("asked");

        var id = (await EraseAsync(new { email = "asked@engines.example" })).Body.GetProperty("erasure").GetString();

        var change = (
            await mapping.HearAsync<SettingChanged, ChangedSetting>("audit.setting-changed", item => item.Name == id)
        )[0];
        (change.Setting, change.Change, change.ChangedBy, change.Before).ShouldBe(("person", "erased", "test", null));
        change.After!.Value.GetProperty("leads").GetInt32().ShouldBe(1);
        change.After.Value.GetProperty("by").GetString().ShouldBe("email");
    }

    [Fact]
    public async Task A_lead_that_was_never_mapped_and_has_its_address_for_a_name_is_told_of_too()
    {
        await mapping.CaptureAsync(
            new
            {
                source = "nowhere",
                leadId = "Name@Engines.example",
                occurredAt = Now,
                fields = new { lastName = "Lovelace" },
            }
        );
        await mapping.HearFailedAsync("Name@Engines.example");

        var (_, body) = await EraseAsync(new { email = "name@engines.example" });

        body.GetProperty("leads").GetInt32().ShouldBe(1);
        var told = (await mapping.HearMappedAsync("Name@Engines.example")).ShouldHaveSingleItem();
        (told.Reason, told.ConnectionId).ShouldBe(("ERASED", Guid.Empty));
    }

    [Fact]
    public async Task Dead_letters_lose_what_they_say_of_the_person_and_nothing_else()
    {
        await mapping.CaptureAsync(Item("dead", "dead@engines.example"));
        await mapping.HearMappedAsync("dead");
        const string queue = "audit.lead-captured.dead";
        await using var channel = await mapping.Broker.OpenChannelAsync();
        foreach (
            var body in new[]
            {
                """{"workspace":"acme","items":[{"leadId":"x","text":"I am DEAD@engines.example"},{"leadId":"y"}]}""",
                """{"workspace":"acme","items":[{"source":"import","leadId":"dead"}]}""",
                """{"workspace":"other","items":[{"source":"import","leadId":"dead"}]}""",
                """{"broken","email":"dead@engines.example""",
                """{"broken","email":"alive@engines.example""",
            }
        )
            await channel.BasicPublishAsync("", queue, body: Encoding.UTF8.GetBytes(body), cancellationToken: Stop);

        (await EraseAsync(new { source = "import", leadId = "dead" }))
            .Body.GetProperty("done")
            .ToString()
            .ShouldContain("deadLetters");

        (await mapping.Broker.ReadAsync(queue))
            .Select(letter => Encoding.UTF8.GetString(letter.Body.Span))
            .ShouldBe(
                [
                    """{"workspace":"acme","items":[{"leadId":"y"}]}""",
                    """{"workspace":"other","items":[{"source":"import","leadId":"dead"}]}""",
                    """{"broken","email":"alive@engines.example""",
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task A_record_that_was_still_being_written_is_recognised_when_it_is_pulled()
    {
        await mapping.CaptureAsync(Item("late-record", "late-record@engines.example"));
        var mapped = (await mapping.HearMappedAsync("late-record"))[0];
        await EraseAsync(new { source = "import", leadId = "late-record" });
        var before = await mapping.ScalarAsync<long>("select count(*) from erased where kind = 'record'");

        await mapping.PublishAsync(
            EventKinds.RecordWritten,
            new WrittenRecord
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Now,
                Source = "import",
                LeadId = "late-record",
                ConnectionId = mapping.ConnectionId,
                Version = mapped.Version,
                FromVersion = mapped.Version,
                Outcome = WriteOutcome.Created,
                Record = new KnownRecord("Lead", "00Q5g00000LateAEAF"),
                Fields = [],
            }
        );

        await Eventually.ShouldBe(async () =>
            await mapping.ScalarAsync<long>("select count(*) from erased where kind = 'record'") == before + 1
        );
    }
}
