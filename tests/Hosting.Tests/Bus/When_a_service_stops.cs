using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using Npgsql;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_a_service_stops(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    [Fact]
    public async Task What_is_in_hand_is_finished_and_acknowledged()
    {
        await bus.StopAsync();
        await bus.StartAsync();
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        bus.Events.Act = async (_, cancellationToken) =>
        {
            begun.TrySetResult();
            await finish.Task.WaitAsync(cancellationToken);
        };
        var taker = bus.Events;
        await PublishAsync(5);
        await begun.Task;

        var stopping = bus.StopAsync();
        // The stop has begun and waits for it.
        stopping.IsCompleted.ShouldBeFalse();
        finish.SetResult();
        await stopping;

        taker.Taken.Count.ShouldBe(5);
        (await bus.Broker.CountAsync(BusUnderTest.EventQueue)).ShouldBe(0u);
    }

    [Fact]
    public async Task What_waits_for_a_database_goes_back_to_its_queue_at_once()
    {
        await bus.StopAsync();
        await bus.StartAsync();
        bus.Events.Act = (_, _) => throw new NpgsqlException("connecting", new IOException("refused"));
        await PublishAsync(5);
        await PublishAsync(7);
        await Eventually.ShouldBe(() => bus.Events.Attempts >= 4);

        await bus.StopAsync();

        await Eventually.ShouldBe(async () => await bus.Broker.CountAsync(BusUnderTest.EventQueue) == 2);
        (await bus.Broker.CountAsync(Topology.DeadLetterQueue(BusUnderTest.EventQueue))).ShouldBe(0u);
        await bus.StartAsync();
        await Eventually.ShouldBe(() => bus.Events.Taken.Count == 12);
    }

    private Task PublishAsync(int leads) =>
        bus.Publisher.PublishAsync(
            EventKinds.LeadCaptured,
            "acme",
            BusUnderTest.Leads(leads),
            TestContext.Current.CancellationToken
        );
}
