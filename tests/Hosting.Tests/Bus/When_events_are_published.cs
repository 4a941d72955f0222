using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_events_are_published(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    private static readonly string[] OwnConnections = ["leadsync-consume", "leadsync-publish", "leadsync-topology"];

    [Fact]
    public async Task Each_arrives_once_and_unchanged()
    {
        var leads = BusUnderTest.Leads(1_200);

        await bus.Publisher.PublishAsync(EventKinds.LeadCaptured, "acme", leads, TestContext.Current.CancellationToken);

        await Eventually.ShouldBe(() => bus.Events.Taken.Count >= leads.Count);
        bus.Events.Taken.ShouldAllBe(arrived => arrived.Workspace == "acme" && arrived.Source == null);
        bus.Events.Taken.Select(arrived => arrived.Item.LeadId)
            .Order(StringComparer.Ordinal)
            .ShouldBe(leads.Select(lead => lead.LeadId).Order(StringComparer.Ordinal));
        bus.Events.Taken[0].Item.Fields["lastName"].GetString().ShouldBe("Rivers");
        await Eventually.ShouldBe(async () => await bus.Broker.CountAsync(BusUnderTest.EventQueue) == 0);
    }

    [Fact]
    public async Task Publishing_consuming_and_watching_use_a_connection_each() =>
        await Eventually.ShouldPass(async () =>
            (await bus.Broker.ConnectionsAsync())
                .Where(name => name != "leadsync-tests")
                .Order(StringComparer.Ordinal)
                .ShouldBe(OwnConnections)
        );

    [Fact]
    public async Task Queues_carry_exactly_the_arguments_that_keep_messages_safe()
    {
        foreach (var (_, queue, _) in Topology.RoutesWith(TestBroker.Shares))
        {
            var arguments = await bus.Broker.QueueArgumentsAsync(queue);
            arguments
                .Select(argument => $"{argument.Key}={argument.Value}")
                .Order(StringComparer.Ordinal)
                .ShouldBe([
                    "x-dead-letter-exchange=",
                    $"x-dead-letter-routing-key={Topology.DeadLetterQueue(queue)}",
                    "x-dead-letter-strategy=at-least-once",
                    "x-delivery-limit=1000",
                    "x-overflow=reject-publish",
                    "x-queue-type=quorum",
                ]);
        }
    }

    [Fact]
    public async Task Nothing_is_made_at_the_broker_beyond_the_topology()
    {
        // MassTransit gives each queue that it consumes an exchange of the same name.
        (await bus.Broker.ExchangesAsync())
            .Order(StringComparer.Ordinal)
            .ShouldBe(
                Topology
                    .RoutesWith(TestBroker.Shares)
                    .Select(route => route.Exchange)
                    .Distinct(StringComparer.Ordinal)
                    .Concat([
                        Wire.Outcomes,
                        BusUnderTest.EventQueue,
                        BusUnderTest.EdgeQueue,
                        $"{BusUnderTest.EdgeQueue}.1",
                        $"{BusUnderTest.EdgeQueue}.2",
                        $"{BusUnderTest.EdgeQueue}.burst",
                    ])
                    .Order(StringComparer.Ordinal)
            );
        (await bus.Broker.QueuesAsync())
            .Order(StringComparer.Ordinal)
            .ShouldBe(
                Topology
                    .RoutesWith(TestBroker.Shares)
                    .SelectMany(route => new[] { route.Queue, Topology.DeadLetterQueue(route.Queue) })
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
            );
    }

    [Fact]
    public async Task A_message_holds_no_more_items_and_bytes_than_it_may()
    {
        // Nobody reads this queue.
        const string queue = "mapping.withdraw";
        var leads = BusUnderTest
            .Leads(1_001)
            .Select(lead => new WithdrawnLead
            {
                EventId = lead.EventId,
                OccurredAt = lead.OccurredAt,
                Source = lead.Source,
                LeadId = lead.LeadId,
            })
            .ToList();

        await bus.Publisher.PublishAsync(EventKinds.Withdraw, "acme", leads, TestContext.Current.CancellationToken);
        await bus.Publisher.PublishAsync(
            EventKinds.Withdraw,
            "acme",
            [.. leads.Take(100).Select(lead => lead with { LeadId = new string('x', 10_000) })],
            TestContext.Current.CancellationToken
        );

        var messages = await bus.Broker.ReadAsync(queue);
        messages.Count.ShouldBe(3 + 4);
        messages.ShouldAllBe(message => message.Body.Length < EventList.MaxBytes + 20_000);
        messages.ShouldAllBe(message =>
            message.BasicProperties.Persistent && message.BasicProperties.UserId == "leadsync"
        );
    }
}
