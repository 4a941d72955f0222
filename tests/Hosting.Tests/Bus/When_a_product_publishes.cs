using System.Globalization;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_a_product_publishes(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    [Fact]
    public async Task Its_login_decides_the_workspace_and_source()
    {
        var login = await bus.Broker.AddProductAsync("acme", "chat");
        var at = DateTimeOffset.FromUnixTimeSeconds(1_769_852_000);

        await bus.Broker.PublishAsProductAsync(
            "acme",
            "chat",
            Wire.Capture,
            Item("by-login"),
            new BasicProperties { UserId = login, Timestamp = new AmqpTimestamp(at.ToUnixTimeSeconds()) }
        );

        var arrived = await Eventually.Get(() => Task.FromResult(Taken("by-login").FirstOrDefault()));
        arrived.Workspace.ShouldBe("acme");
        arrived.Source.ShouldBe("chat");
        arrived.SentAt.ShouldBe(at);
    }

    [Fact]
    public async Task It_may_not_name_another_workspace()
    {
        await bus.Broker.PublishAsProductAsync(
            "acme",
            "chat",
            Wire.Capture,
            """{"workspace":"globex","items":[{"leadId":"trespass"}]}"""
        );

        await Eventually.ShouldBe(async () =>
            await bus.Broker.CountAsync(Topology.DeadLetterQueue(BusUnderTest.EdgeQueue)) == 1
        );
        Taken("trespass").ShouldBeEmpty();
    }

    [Fact]
    public async Task It_may_not_say_that_another_published()
    {
        await bus.Broker.AddProductAsync("acme", "chat");

        var publish = () =>
            bus.Broker.PublishAsProductAsync(
                "acme",
                "chat",
                Wire.Capture,
                Item("forged"),
                new BasicProperties { UserId = "product.globex.chat" }
            );

        await publish.ShouldThrowAsync<AlreadyClosedException>();
        Taken("forged").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Wire.LeadCaptured)]
    [InlineData(Wire.RecordWritten)]
    [InlineData("")]
    public async Task It_may_write_to_no_exchange_but_its_own(string exchange)
    {
        var publish = () => bus.Broker.PublishAsProductAsync("acme", "chat", exchange, Item("elsewhere"));

        await publish.ShouldThrowAsync<AlreadyClosedException>();
    }

    // MassTransit's batches leave out, and acknowledge, a message whose id another one of the batch has.
    [Fact]
    public async Task Messages_with_the_same_message_id_are_all_taken_in()
    {
        var login = await bus.Broker.AddProductAsync("acme", "chat");
        await using var channel = await bus.Broker.OpenChannelAsync(login);
        var properties = new BasicProperties
        {
            UserId = login,
            MessageId = Guid.CreateVersion7().ToString(),
            CorrelationId = Guid.CreateVersion7().ToString(),
            ReplyTo = "nowhere",
        };

        var publishes = Enumerable
            .Range(0, 50)
            .Select(number =>
                channel
                    .BasicPublishAsync(
                        Wire.Capture,
                        "",
                        mandatory: true,
                        properties,
                        System.Text.Encoding.UTF8.GetBytes(
                            Item($"same-id-{number.ToString(CultureInfo.InvariantCulture)}")
                        )
                    )
                    .AsTask()
            );
        await Task.WhenAll(publishes);

        await Eventually.ShouldPass(() =>
        {
            Enumerable
                .Range(0, 50)
                .ShouldAllBe(number => Taken($"same-id-{number.ToString(CultureInfo.InvariantCulture)}").Count == 1);
            return Task.CompletedTask;
        });
    }

    private static string Item(string leadId) =>
        $$$"""{"items":[{"leadId":"{{{leadId}}}","fields":{"lastName":"Rivers"}}]}""";

    private List<Arrived<System.Text.Json.JsonElement>> Taken(string leadId) =>
        [.. bus.Edge.Taken.Where(arrived => arrived.Item.GetProperty("leadId").GetString() == leadId)];
}
