using System.Text;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using RabbitMQ.Client;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_a_message_cannot_be_read(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    private const string Good = """{"workspace":"acme","items":[{"leadId":"good","fields":{"lastName":"Rivers"}}]}""";

    // By name: the runner writes out whatever a theory is given, ten megabytes too.
    public static TheoryData<string> Unreadable => [.. Bodies.Keys];

    private static readonly Dictionary<string, byte[]> Bodies = new(StringComparer.Ordinal)
    {
        { "garbage", [0x00, 0xFF, 0x13, 0x37, 0x80] },
        { "nothing", [] },
        { "empty object", "{}"u8.ToArray() },
        { "empty list", "[]"u8.ToArray() },
        { "null", "null"u8.ToArray() },
        { "text", "\"leads\""u8.ToArray() },
        { "cut short", """{"workspace":"acme","items":[{"leadId":"""u8.ToArray() },
        { "no items", """{"workspace":"acme","items":[]}"""u8.ToArray() },
        { "items of another kind", """{"workspace":"acme","items":{}}"""u8.ToArray() },
        { "half a surrogate", """{"workspace":"\ud800","items":[{}]}"""u8.ToArray() },
        { "bytes that are not UTF-8", [.. "{\"workspace\":\""u8, 0xC3, 0x28, .. "\",\"items\":[{}]}"u8] },
        { "no workspace", """{"items":[{"leadId":"1"}]}"""u8.ToArray() },
        { "a workspace that is none", """{"workspace":"../acme","items":[{"leadId":"1"}]}"""u8.ToArray() },
        {
            "too deep",
            Encoding.UTF8.GetBytes(
                $$"""{"workspace":"acme","items":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}"""
            )
        },
        { "ten megabytes of nothing", new byte[10 * 1024 * 1024] },
        {
            "ten megabytes of an item",
            Encoding.UTF8.GetBytes(
                $$"""{"workspace":"acme","items":[{"leadId":"{{new string('x', 10 * 1024 * 1024)}}"}]}"""
            )
        },
        {
            "more items than may be",
            Encoding.UTF8.GetBytes(
                $$"""{"workspace":"acme","items":[{{string.Join(',', Enumerable.Repeat("{}", EventList.MaxItems + 1))}}]}"""
            )
        },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task It_is_put_to_the_dead_letters_whole_with_the_reason(string what)
    {
        var body = Bodies[what];
        await bus.Broker.PublishAsync(Wire.Capture, body);
        await bus.Broker.PublishAsync(Wire.Capture, Good);

        var letter = await DeadLetterAsync(BusUnderTest.EdgeQueue);
        letter.Body.Span.SequenceEqual(body).ShouldBeTrue();
        Header(letter, "leadsync-reason").ShouldNotBeNullOrEmpty();
        Header(letter, "leadsync-queue").ShouldBe(BusUnderTest.EdgeQueue);
        Header(letter, "leadsync-publisher").ShouldBe("leadsync");
        await ItBlocksNothingAsync();
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("application/vnd.masstransit+json")]
    [InlineData("no content type at all; ; ;")]
    [InlineData("")]
    public async Task A_strange_content_type_hinders_nothing(string contentType)
    {
        var before = bus.Edge.Taken.Count;

        await bus.Broker.PublishAsync(
            Wire.Capture,
            Good,
            new BasicProperties { UserId = "leadsync", ContentType = contentType }
        );

        await Eventually.ShouldBe(() => bus.Edge.Taken.Count == before + 1);
    }

    [Fact]
    public async Task One_that_nobody_vouches_for_is_put_to_the_dead_letters()
    {
        await bus.Broker.PublishAsync(Wire.Capture, Good, new BasicProperties());

        var letter = await DeadLetterAsync(BusUnderTest.EdgeQueue);
        Header(letter, "leadsync-reason").ShouldNotBeNull().ShouldContain("user_id");
        Header(letter, "leadsync-publisher").ShouldBeNull();
    }

    [Fact]
    public async Task Its_time_and_id_are_kept_and_its_routing_tricks_are_not()
    {
        var properties = new BasicProperties
        {
            UserId = "leadsync",
            MessageId = "mine",
            Timestamp = new AmqpTimestamp(1_769_852_000),
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["CC"] = new List<object?> { "audit.sync-failed" },
            },
        };

        await bus.Broker.PublishAsync(Wire.Capture, "garbage", properties);

        var letter = await DeadLetterAsync(BusUnderTest.EdgeQueue);
        letter.BasicProperties.MessageId.ShouldBe("mine");
        letter.BasicProperties.Timestamp.UnixTime.ShouldBe(1_769_852_000);
        letter.BasicProperties.Headers!.ShouldNotContainKey("CC");
        (await bus.Broker.CountAsync("audit.sync-failed")).ShouldBe(0u);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"workspace":"acme","items":[null]}""")]
    [InlineData("""{"workspace":"acme","items":[]}""")]
    [InlineData("""{"workspace":"acme","items":[{"leadId":"1"}]}""")]
    [InlineData("""{"workspace":null,"items":[]}""")]
    public async Task An_event_of_our_own_with_another_shape_is_put_to_the_dead_letters(string body)
    {
        await bus.Broker.PublishAsync(Wire.LeadCaptured, body);

        var letter = await DeadLetterAsync(BusUnderTest.EventQueue);
        Encoding.UTF8.GetString(letter.Body.Span).ShouldBe(body);
        bus.Events.Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_it_holds_is_not_logged()
    {
        await bus.Broker.PublishAsync(Wire.LeadCaptured, """{"workspace":"acme","items":"grace@hopper.example"}""");

        var letter = await DeadLetterAsync(BusUnderTest.EventQueue);
        Header(letter, "leadsync-reason").ShouldNotBeNull().ShouldNotContain("grace");
        bus.Logs.Lines.ShouldNotContain(line => line.Contains("grace", StringComparison.Ordinal));
        bus.Logs.Lines.ShouldContain(line => line.Contains("dead letters", StringComparison.Ordinal));
    }

    private async Task ItBlocksNothingAsync()
    {
        await Eventually.ShouldBe(() =>
            bus.Edge.Taken.Any(arrived => arrived.Item.GetProperty("leadId").GetString() == "good")
        );
        await Eventually.ShouldBe(async () => await bus.Broker.CountAsync(BusUnderTest.EdgeQueue) == 0);
        (await bus.Broker.CountAsync(Topology.DeadLetterQueue(BusUnderTest.EdgeQueue))).ShouldBe(0u);
    }

    private Task<BasicGetResult> DeadLetterAsync(string queue) =>
        Eventually.Get(async () =>
            await bus.Broker.ReadAsync(Topology.DeadLetterQueue(queue), 1) is [var letter] ? letter : null
        );

    private static string? Header(BasicGetResult letter, string name) =>
        letter.BasicProperties.Headers!.TryGetValue(name, out var value) && value is byte[] bytes
            ? Encoding.UTF8.GetString(bytes)
            : null;
}
