using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_an_item_is_poison(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    [Fact]
    public async Task It_alone_is_rejected_once_and_the_others_are_taken_in()
    {
        var leads = BusUnderTest.Leads(200);
        bus.Events.Act = (items, _) => Refuse(items.Any(arrived => arrived.Item.LeadId == "lead-137"));

        await bus.Publisher.PublishAsync(EventKinds.LeadCaptured, "acme", leads, TestContext.Current.CancellationToken);

        await Eventually.ShouldBe(() => bus.Events.Taken.Count + bus.Events.Rejected.Count >= leads.Count);
        bus.Events.Rejected.Select(arrived => arrived.Item.LeadId).ShouldBe(["lead-137"]);
        bus.Events.Taken.Select(arrived => arrived.Item.LeadId).Distinct(StringComparer.Ordinal).Count().ShouldBe(199);
        // By halving: some two attempts for each of the eight times that 200 can be halved.
        bus.Events.Attempts.ShouldBeLessThan(20);
        await Eventually.ShouldBe(async () => await bus.Broker.CountAsync(BusUnderTest.EventQueue) == 0);
        (await bus.Broker.CountAsync(Topology.DeadLetterQueue(BusUnderTest.EventQueue))).ShouldBe(0u);
        bus.Logs.Lines.ShouldNotContain(line => line.Contains("grace@hopper.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_goes_to_the_dead_letters_alone_when_even_rejecting_it_fails()
    {
        bus.Edge.Act = (items, _) =>
            Refuse(items.Any(arrived => arrived.Item.GetProperty("leadId").GetString() == "bad"));
        bus.Edge.ActOnReject = _ => throw new InvalidOperationException("of grace@hopper.example");

        await bus.Broker.PublishAsProductAsync(
            "acme",
            "chat",
            Wire.Capture,
            """{"items":[{"leadId":"good","fields":{"a":1}},{"leadId":"bad","fields":{"a":2}}]}"""
        );

        var letter = await Eventually.Get(async () =>
            await bus.Broker.ReadAsync(Topology.DeadLetterQueue(BusUnderTest.EdgeQueue), 1) is [var found]
                ? found
                : null
        );
        bus.Edge.Taken.Select(arrived => arrived.Item.GetProperty("leadId").GetString()).ShouldBe(["good"]);
        // So that it can be redriven as what it was.
        var opened = Openers.Edge(letter.Body, new Publication("product.acme.chat", null)).ShouldHaveSingleItem();
        opened.Workspace.ShouldBe("acme");
        opened.Item.GetProperty("leadId").GetString().ShouldBe("bad");
        System
            .Text.Encoding.UTF8.GetString((byte[])letter.BasicProperties.Headers!["leadsync-publisher"]!)
            .ShouldBe("product.acme.chat");
        bus.Logs.Lines.ShouldNotContain(line => line.Contains("grace@hopper.example", StringComparison.Ordinal));
    }

    // As the framework's own exceptions do, it quotes the value.
    private static Task Refuse(bool poisoned) =>
        poisoned
            ? throw new FormatException("The input string 'grace@hopper.example' was not in a correct format.")
            : Task.CompletedTask;
}
