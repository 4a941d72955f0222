using System.Net;
using LeadSync.Testing;

namespace LeadSync.Gateway.Tests.Capture;

public sealed class When_a_request_is_repeated(GatewayUnderTest gateway) : IClassFixture<GatewayUnderTest>
{
    private const string TwoNameless = """[{"source":"web","fields":{"x":1}}, {"source":"web","fields":{"x":2}}]""";

    [Fact]
    public async Task A_key_that_names_somebody_is_not_kept()
    {
        var client = await gateway.ClientAsync();

        var answer = await client.CaptureAsync(Http.Lead("a"), idempotencyKey: "canary7q@person.example");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await gateway.PublishedAsync()).ShouldHaveSingleItem();
        (await DatabaseDump.ReadAsync(gateway.Database.Owner)).ShouldNotContain("canary7q");
    }

    [Fact]
    public async Task The_same_idempotency_key_publishes_the_very_same_events()
    {
        var client = await gateway.ClientAsync();

        var first = await client.CaptureAsync(TwoNameless, idempotencyKey: "order-1");
        var firstEvents = await EventsAsync();
        var second = await client.CaptureAsync(TwoNameless, idempotencyKey: "order-1");
        var secondEvents = await EventsAsync();

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await second.ReadTextAsync()).ShouldBe(await first.ReadTextAsync());
        firstEvents.Count.ShouldBe(2);
        firstEvents[0].ShouldNotBe(firstEvents[1]);
        secondEvents.ShouldBe(firstEvents);
    }

    [Fact]
    public async Task Lines_under_an_idempotency_key_are_the_same_events_too()
    {
        var client = await gateway.ClientAsync();
        const string lines =
            "{\"source\":\"web\",\"fields\":{\"x\":1}}\nnot json\n{\"source\":\"web\",\"fields\":{\"x\":2}}\n";

        var first = await client.CaptureAsync(lines, Http.Lines, "lines-1");
        var firstEvents = await EventsAsync();
        await client.CaptureAsync(lines, Http.Lines, "lines-1");
        var secondEvents = await EventsAsync();

        (await first.ReadLinesAsync())
            .Select(line => line.Text("status"))
            .ShouldBe(["accepted", "rejected", "accepted"]);
        firstEvents.Count.ShouldBe(2);
        secondEvents.ShouldBe(firstEvents);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused()
    {
        var client = await gateway.ClientAsync();
        await client.CaptureAsync(Http.Lead("a"), idempotencyKey: "order-2");
        await gateway.PublishedAsync();

        var answer = await client.CaptureAsync(Http.Lead("b"), idempotencyKey: "order-2");

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("IDEMPOTENCY_KEY_REUSED");
        (await gateway.PublishedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_of_which_nothing_was_taken_may_be_corrected_under_its_key()
    {
        var client = await gateway.ClientAsync();

        var wrong = await client.CaptureAsync("""{"source":"web","leadId":"a"}""", idempotencyKey: "order-3");
        var corrected = await client.CaptureAsync(Http.Lead("a"), idempotencyKey: "order-3");

        wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        corrected.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await gateway.PublishedAsync();
    }

    [Fact]
    public async Task The_same_key_of_another_workspace_or_source_or_route_is_another_key()
    {
        const string item = """{"leadId":"a","fields":{"x":1}}""";
        var forms = await gateway.ClientAsync(source: "forms");
        var chat = await gateway.ClientAsync(source: "chat");
        var other = await gateway.ClientAsync(workspace: "other", source: "forms");

        foreach (var client in new[] { forms, chat, other })
            (await client.CaptureAsync(item, idempotencyKey: "1")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (
            await forms.CaptureAsync("""{"leadId":"a"}""", idempotencyKey: "1", path: "/v1/leads/withdraw")
        ).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        (await EventsAsync()).Select(lead => lead.EventId).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Repeats_at_the_same_time_are_the_same_events()
    {
        var client = await gateway.ClientAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => client.CaptureAsync(TwoNameless, idempotencyKey: "together"))
        );

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Accepted);
        (await EventsAsync()).Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("long")]
    public async Task A_malformed_key_is_refused(string key)
    {
        var client = await gateway.ClientAsync();

        var answer = await client.CaptureAsync(
            Http.Lead("a"),
            idempotencyKey: key == "long" ? new string('x', 201) : key
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await gateway.PublishedAsync()).ShouldBeEmpty();
    }

    // All that makes an event this event. Joined lists keep no order among requests.
    private async Task<
        IReadOnlyList<(Guid EventId, DateTimeOffset OccurredAt, string LeadId, string X)>
    > EventsAsync() =>
        [
            .. (await gateway.PublishedAsync())
                .SelectMany(list => list.Items)
                .Select(lead => (lead.EventId, lead.OccurredAt, lead.LeadId, lead.Fields["x"].GetRawText())),
        ];
}
