using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_outcomes_are_published(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    [Fact]
    public async Task Each_product_hears_those_of_its_own_source_as_a_plain_list()
    {
        var web = await bus.Broker.HearOutcomesAsync(await bus.Broker.AddProductAsync("acme", "web"));
        var chat = await bus.Broker.HearOutcomesAsync(await bus.Broker.AddProductAsync("acme", "chat"));
        var other = await bus.Broker.HearOutcomesAsync(await bus.Broker.AddProductAsync("globex", "web"));

        await PublishAsync("acme", Written("web", "1"), Written("chat", "2"), Written("web", "3"));

        var told = (await bus.Broker.ReadAsProductAsync(web)).ShouldHaveSingleItem();
        told.RoutingKey.ShouldBe("acme.web.record-written");
        told.BasicProperties.ContentType.ShouldBe("application/json");
        var list = JsonSerializer.Deserialize<RecordWritten>(told.Body.Span, Wire.Json)!;
        list.Workspace.ShouldBe("acme");
        list.Items.Select(item => item.LeadId).ShouldBe(["1", "3"]);
        list.Items[0].Metadata!["campaign"].ShouldBe("winter");
        (await bus.Broker.ReadAsProductAsync(chat)).ShouldHaveSingleItem();
        (await bus.Broker.ReadAsProductAsync(other)).ShouldBeEmpty();
        // Each of our own services has the whole list in one message still.
        (await bus.Broker.ReadAsync("audit.record-written"))
            .Select(message => JsonSerializer.Deserialize<RecordWritten>(message.Body.Span, Wire.Json)!)
            .Single(whole => whole.Workspace == "acme")
            .Items.Count.ShouldBe(3);
    }

    // It could have it dead-lettered into the capture exchange, where what our own login published is believed.
    [Fact]
    public async Task What_a_product_hears_does_not_bear_our_login()
    {
        var login = await bus.Broker.HearOutcomesAsync(await bus.Broker.AddProductAsync("initech", "web"));

        await PublishAsync("initech", Written("web", "1"));

        (await bus.Broker.ReadAsProductAsync(login)).ShouldHaveSingleItem().BasicProperties.UserId.ShouldBeNull();
    }

    [Fact]
    public async Task A_product_whose_queue_is_full_holds_nobody_up()
    {
        var login = await bus.Broker.AddProductAsync("hooli", "web");
        await bus.Broker.HearOutcomesAsync(
            login,
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["x-max-length"] = 0,
                ["x-overflow"] = "reject-publish",
            }
        );
        var modest = await bus.Broker.HearOutcomesAsync(await bus.Broker.AddProductAsync("hooli", "chat"));

        await PublishAsync("hooli", Written("web", "1"), Written("chat", "2"));

        (await bus.Broker.ReadAsProductAsync(login)).ShouldBeEmpty();
        (await bus.Broker.ReadAsProductAsync(modest)).ShouldHaveSingleItem();
        bus.Logs.Lines.ShouldContain(line => line.Contains("hooli.web.record-written", StringComparison.Ordinal));
    }

    private Task PublishAsync(string workspace, params WrittenRecord[] items) =>
        bus.Publisher.PublishAsync(EventKinds.RecordWritten, workspace, items, TestContext.Current.CancellationToken);

    private static WrittenRecord Written(string source, string leadId) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero),
            Source = source,
            LeadId = leadId,
            ConnectionId = Guid.CreateVersion7(),
            Version = 1,
            FromVersion = 1,
            Outcome = WriteOutcome.Created,
            Record = new KnownRecord("Lead", "00Q5g00000A1bCdEAF", null),
            Fields = [],
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["campaign"] = "winter" },
        };
}
