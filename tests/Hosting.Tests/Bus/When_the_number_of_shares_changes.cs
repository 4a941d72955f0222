using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_the_number_of_shares_changes(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    private const int More = TestBroker.Shares + 2;

    // Another service was told of more first; or this one of fewer, while messages wait in the rest.
    [Fact]
    public async Task Queues_beyond_a_services_own_number_are_read_too()
    {
        await using (var channel = await bus.Broker.OpenChannelAsync())
            await Topology.DeclareAsync(channel, More, TestContext.Current.CancellationToken);

        await bus.Broker.PublishAsync(
            Topology.SharesOf(Wire.Capture)!.SharesExchange,
            Body("beyond"),
            key: Shares.KeyOf(More)
        );

        await Eventually.ShouldBe(() => IsTaken("beyond"));
    }

    // As Gateway and Mapping published before there were shares, and as dead letters are redriven.
    [Fact]
    public async Task What_waits_in_the_one_queue_of_before_is_taken_in()
    {
        await bus.Broker.PublishAsync("", Body("of before"), key: BusUnderTest.EdgeQueue);

        await Eventually.ShouldBe(() => IsTaken("of before"));
    }

    [Fact]
    public async Task A_letter_that_no_share_can_read_lies_with_those_of_its_intake()
    {
        await bus.Broker.PublishAsync(Topology.SharesOf(Wire.Capture)!.SharesExchange, "no JSON", key: "1");

        var letter = await Eventually.Get(async () =>
            await bus.Broker.ReadAsync($"{BusUnderTest.EdgeQueue}.dead", 1) is [var found] ? found : null
        );
        letter.Body.ToArray().ShouldBe("no JSON"u8.ToArray());
    }

    private static string Body(string leadId) =>
        JsonSerializer.Serialize(new { workspace = "acme", items = new[] { new { leadId } } });

    private bool IsTaken(string leadId) =>
        bus.Edge.Taken.Any(arrived => arrived.Item.GetProperty("leadId").GetString() == leadId);
}
