using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using Npgsql;

namespace LeadSync.Hosting.Tests.Bus;

/// <summary>A bus on a clock that stands still until the test moves it.</summary>
public sealed class SlowBus : BusUnderTest
{
    public FakeClock FakeClock { get; } = new();
    protected override TimeProvider Clock => FakeClock;
}

public sealed class When_something_a_consumer_needs_is_away(SlowBus bus) : IClassFixture<SlowBus>
{
    [Fact]
    public async Task Its_messages_wait_and_are_taken_in_when_it_is_back_however_long_that_takes()
    {
        var away = true;
        bus.Events.Act = (_, _) =>
            away ? throw new NpgsqlException("connecting", new IOException("refused")) : Task.CompletedTask;

        await bus.Publisher.PublishAsync(
            EventKinds.LeadCaptured,
            "acme",
            BusUnderTest.Leads(3),
            TestContext.Current.CancellationToken
        );

        // Longer than one delivery is held: it goes back to the queue and comes again.
        var until = bus.FakeClock.GetUtcNow() + (3 * Backoff.Total);
        while (bus.FakeClock.GetUtcNow() < until)
        {
            var attempts = bus.Events.Attempts;
            // Each look moves the clock, for the next wait may begin a little after the last.
            await Eventually.ShouldBe(() =>
            {
                bus.FakeClock.Advance(TimeSpan.FromSeconds(15));
                return bus.Events.Attempts > attempts;
            });
        }
        bus.Events.Taken.ShouldBeEmpty();
        bus.Events.Rejected.ShouldBeEmpty();
        (await bus.Broker.QueuesAsync()).ShouldNotContain(queue =>
            queue.EndsWith("_error", StringComparison.Ordinal) || queue.EndsWith("_skipped", StringComparison.Ordinal)
        );
        (await bus.Broker.CountAsync(Topology.DeadLetterQueue(BusUnderTest.EventQueue))).ShouldBe(0u);

        away = false;
        await Eventually.ShouldBe(() =>
        {
            bus.FakeClock.Advance(TimeSpan.FromSeconds(15));
            return bus.Events.Taken.Count == 3;
        });
        await Eventually.ShouldBe(async () => await bus.Broker.CountAsync(BusUnderTest.EventQueue) == 0);
    }
}
