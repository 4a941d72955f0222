using System.Collections.Concurrent;
using System.Diagnostics;
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

    [Fact]
    public async Task Its_trace_is_kept_as_a_link()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "LeadSync",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var login = await bus.Broker.AddProductAsync("acme", "chat");
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["traceparent"] = $"00-{trace}-00f067aa0ba902b7-01",
        };

        await bus.Broker.PublishAsProductAsync(
            "acme",
            "chat",
            Wire.Capture,
            Item("traced"),
            new BasicProperties { UserId = login, Headers = headers }
        );

        await Eventually.ShouldBe(() =>
            spans.Any(span =>
                span.OperationName == "take in mapping.capture"
                && span.ParentId is null
                && span.Links.Any(link => link.Context.TraceId.ToHexString() == trace)
            )
        );
    }

    private static string Item(string leadId) =>
        $$$"""{"items":[{"leadId":"{{{leadId}}}","fields":{"lastName":"Rivers"}}]}""";

    private List<Arrived<System.Text.Json.JsonElement>> Taken(string leadId) =>
        [.. bus.Edge.Taken.Where(arrived => arrived.Item.GetProperty("leadId").GetString() == leadId)];
}
