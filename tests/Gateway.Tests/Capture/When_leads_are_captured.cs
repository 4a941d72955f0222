using System.Diagnostics;
using System.Net;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Testing;

namespace LeadSync.Gateway.Tests.Capture;

public sealed class When_leads_are_captured(GatewayUnderTest gateway) : IClassFixture<GatewayUnderTest>
{
    [Fact]
    public async Task One_lead_is_with_the_broker_before_it_is_accepted()
    {
        var client = await gateway.ClientAsync();
        var before = TimeProvider.System.GetUtcNow();

        var answer = await client.CaptureAsync(Http.Lead("one"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var body = await answer.ReadJsonAsync();
        body.GetProperty("accepted").GetInt32().ShouldBe(1);
        body.GetProperty("rejected").GetInt32().ShouldBe(0);
        var item = body.GetProperty("items")[0];
        item.GetProperty("index").GetInt32().ShouldBe(0);
        item.Text("status").ShouldBe("accepted");
        item.Text("leadId").ShouldBe("one");
        var list = (await gateway.PublishedAsync()).ShouldHaveSingleItem();
        list.Workspace.ShouldBe(GatewayUnderTest.Workspace);
        var lead = list.Items.ShouldHaveSingleItem();
        lead.EventId.ShouldBe(item.GetProperty("eventId").GetGuid());
        lead.OccurredAt.ShouldBeInRange(before.AddMilliseconds(-1), TimeProvider.System.GetUtcNow());
        lead.Fields["firstName"].GetString().ShouldBe("Ada");
    }

    [Fact]
    public async Task A_bad_item_of_a_list_fails_alone()
    {
        const string badField = """{"source":"web","leadId":"b","fields":{"email":{"x":1}}}""";
        var client = await gateway.ClientAsync();

        var answer = await client.CaptureAsync($"[{Http.Lead("a")}, {badField}, 7, {Http.Lead("c")}]");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var items = (await answer.ReadJsonAsync()).GetProperty("items");
        items
            .EnumerateArray()
            .Select(item => item.Text("status"))
            .ShouldBe(["accepted", "rejected", "rejected", "accepted"]);
        items[1].Text("code").ShouldBe("PAYLOAD_REJECTED");
        items[1].Text("path").ShouldBe("fields.email");
        items[1].Text("leadId").ShouldBe("b");
        items[1].Text("fix").ShouldNotBeEmpty();
        (await gateway.PublishedAsync())
            .SelectMany(list => list.Items)
            .Select(lead => lead.LeadId)
            .ShouldBe(["a", "c"]);
    }

    [Fact]
    public async Task When_every_item_is_bad_the_answer_is_a_problem_that_lists_them()
    {
        var client = await gateway.ClientAsync();

        var answer = await client.CaptureAsync("""[{"source":"web","fields":{}}, null]""");

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.ReadJsonAsync();
        problem.Text("code").ShouldBe("PAYLOAD_REJECTED");
        problem.GetProperty("rejected").GetInt32().ShouldBe(2);
        problem.GetProperty("items")[1].Text("message").ShouldContain("null");
        (await gateway.PublishedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stream_is_answered_line_by_line_while_it_is_still_being_sent()
    {
        using var request = await OpenRequest.BeginAsync(gateway.Address, await gateway.MakeKeyAsync(KeyRole.Capture));

        await request.WriteAsync(Http.Lead("first") + "\n");
        (await request.AnswerAsync()).ShouldBe(202);
        var first = (await request.NextAsync())!.Value;
        (await gateway.PublishedAsync()).ShouldHaveSingleItem();
        await request.WriteAsync("not json\n\n");
        var second = (await request.NextAsync())!.Value;
        await request.WriteAsync(Http.Lead("third")); // no line end at the body's end
        await request.EndAsync();
        var third = (await request.NextAsync())!.Value;

        first.Text("leadId").ShouldBe("first");
        second.GetProperty("index").GetInt32().ShouldBe(1);
        second.Text("code").ShouldBe("BODY_UNREADABLE");
        third.GetProperty("index").GetInt32().ShouldBe(2);
        third.Text("status").ShouldBe("accepted");
        (await request.NextAsync()).ShouldBeNull();
        (await gateway.PublishedAsync()).ShouldHaveSingleItem().Items.ShouldHaveSingleItem().LeadId.ShouldBe("third");
    }

    [Fact]
    public async Task A_long_stream_is_published_in_lists_and_answered_in_order()
    {
        var client = await gateway.ClientAsync();
        var body = string.Join('\n', Enumerable.Range(0, 5_000).Select(i => Http.Lead($"lead-{i}")));

        var answer = await client.CaptureAsync(body, Http.Lines);

        var lines = await answer.ReadLinesAsync();
        lines.Select(line => line.GetProperty("index").GetInt32()).ShouldBe(Enumerable.Range(0, 5_000));
        lines.ShouldAllBe(line => line.GetProperty("status").GetString() == "accepted");
        var lists = await gateway.PublishedAsync();
        lists.Count.ShouldBeLessThan(500);
        lists.ShouldAllBe(list => list.Items.Count <= EventList.MaxItems);
        lists
            .SelectMany(list => list.Items)
            .Select(lead => lead.EventId)
            .ToHashSet()
            .ShouldBe(lines.Select(line => line.GetProperty("eventId").GetGuid()), ignoreOrder: true);
    }

    [Fact]
    public async Task A_line_that_is_too_long_fails_alone()
    {
        var client = await gateway.ClientAsync();
        var huge = Http.Lead("huge", name: new string('x', 3_000_000));

        var answer = await client.CaptureAsync($"{Http.Lead("a")}\n{huge}\n{Http.Lead("c")}", Http.Lines);

        var lines = await answer.ReadLinesAsync();
        lines.Select(line => line.GetProperty("status").GetString()).ShouldBe(["accepted", "rejected", "accepted"]);
        lines[1].Text("code").ShouldBe("BODY_TOO_LARGE");
        (await gateway.PublishedAsync())
            .SelectMany(list => list.Items)
            .Select(lead => lead.LeadId)
            .ShouldBe(["a", "c"]);
    }

    [Fact]
    public async Task Single_posts_that_come_together_are_published_together()
    {
        var client = await gateway.ClientAsync();
        // Warm, so that connections and compilation do not spread the posts over time.
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => client.CaptureAsync(Http.Lead($"warm-{i}"))));
        await gateway.PublishedAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => client.CaptureAsync(Http.Lead($"lead-{i}")))
        );

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Accepted);
        var lists = await gateway.PublishedAsync();
        lists
            .SelectMany(list => list.Items)
            .Select(lead => lead.LeadId)
            .ToHashSet(StringComparer.Ordinal)
            .Count.ShouldBe(200);
        lists.Count.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task Two_workspaces_never_share_a_list()
    {
        var acme = await gateway.ClientAsync();
        var other = await gateway.ClientAsync(workspace: "other");

        await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(i => (i % 2 == 0 ? acme : other).CaptureAsync(Http.Lead(i % 2 == 0 ? "of-acme" : "of-other")))
        );

        var lists = await gateway.PublishedAsync();
        lists.Sum(list => list.Items.Count).ShouldBe(100);
        foreach (var list in lists)
            list.Items.ShouldAllBe(lead => lead.LeadId == $"of-{list.Workspace}");
    }

    [Fact]
    public async Task The_event_id_of_the_product_is_kept_so_that_sending_twice_is_one_happening()
    {
        var client = await gateway.ClientAsync();
        const string id = "0198c0de-0000-7000-8000-000000000001";
        const string item =
            $$$"""{"eventId":"{{{id}}}","occurredAt":"2026-01-31T09:30:00Z","source":"web","leadId":"a","fields":{"x":1}}""";

        await client.CaptureAsync(item);
        await client.CaptureAsync(item);

        var leads = (await gateway.PublishedAsync()).SelectMany(list => list.Items).ToList();
        leads.Count.ShouldBe(2);
        leads.ShouldAllBe(lead => lead.EventId == Guid.Parse(id));
        leads.ShouldAllBe(lead => lead.OccurredAt == new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_key_of_one_source_speaks_for_that_source_only()
    {
        var client = await gateway.ClientAsync(source: "forms");

        var answer = await client.CaptureAsync($$$"""[{"leadId":"a","fields":{"x":1}}, {{{Http.Lead("b", "web")}}}]""");

        var items = (await answer.ReadJsonAsync()).GetProperty("items");
        items[0].Text("status").ShouldBe("accepted");
        items[1].Text("path").ShouldBe("source");
        (await gateway.PublishedAsync()).ShouldHaveSingleItem().Items.ShouldHaveSingleItem().Source.ShouldBe("forms");
    }

    [Fact]
    public async Task A_trace_from_outside_is_a_link_of_our_span_and_never_its_parent()
    {
        const string outside = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        const string ofTheItem = "00-11111111111111111111111111111111-2222222222222222-01";
        var client = await gateway.ClientAsync();
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                    spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        client.DefaultRequestHeaders.Add("traceparent", outside);

        var answer = await client.CaptureAsync(
            $"{{\"traceParent\":\"{ofTheItem}\",\"source\":\"web\",\"leadId\":\"traced\",\"fields\":{{\"x\":1}}}}"
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var lead = (await gateway.PublishedAsync()).SelectMany(list => list.Items).ShouldHaveSingleItem();
        var span = await Eventually.Get(() =>
        {
            lock (spans)
                return Task.FromResult(spans.Find(span => span.Id == lead.TraceParent));
        });
        span.Parent.ShouldBeNull();
        span.ParentSpanId.ShouldBe(default);
        span.Links.Select(link => link.Context.TraceId.ToHexString())
            .ShouldBe(["0af7651916cd43dd8448eb211c80319c", new string('1', 32)]);
    }

    [Fact]
    public async Task A_withdrawal_names_its_lead_and_goes_to_the_exchange_of_withdrawals()
    {
        var client = await gateway.ClientAsync();

        var answer = await client.CaptureAsync(
            """[{"source":"web","leadId":"gone"}, {"source":"web"}]""",
            path: "/v1/leads/withdraw"
        );

        var items = (await answer.ReadJsonAsync()).GetProperty("items");
        items[0].Text("status").ShouldBe("accepted");
        items[1].Text("path").ShouldBe("leadId");
        var message = (await gateway.Broker.ReadAsync("mapping.withdraw")).ShouldHaveSingleItem();
        var withdrawn = System.Text.Json.JsonSerializer.Deserialize<LeadWithdrawn>(message.Body.Span, Wire.Json)!;
        withdrawn.Items.ShouldHaveSingleItem().LeadId.ShouldBe("gone");
    }

    [Theory]
    [InlineData(KeyRole.Capture, HttpStatusCode.Accepted)]
    [InlineData(KeyRole.Viewer, HttpStatusCode.Forbidden)]
    [InlineData(KeyRole.Integrator, HttpStatusCode.Accepted)]
    [InlineData(KeyRole.Manager, HttpStatusCode.Accepted)]
    public async Task Everyone_but_a_viewer_may_capture(KeyRole role, HttpStatusCode expected)
    {
        var client = await gateway.ClientAsync(role);

        (await client.CaptureAsync(Http.Lead("a"))).StatusCode.ShouldBe(expected);
        await gateway.PublishedAsync();
    }
}
