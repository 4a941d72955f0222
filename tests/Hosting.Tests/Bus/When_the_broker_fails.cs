using System.Collections.Concurrent;
using System.Diagnostics;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Bus;

/// <summary>A service's buses on a broker that may be killed.</summary>
public sealed class BusOnPrivateBroker : BusUnderTest
{
    private TestBroker? _broker;

    public PrivateServers Servers { get; } = new(postgres: false);
    public override TestBroker Broker =>
        _broker ?? throw new InvalidOperationException("The broker was not started: RabbitMQ is not installed.");

    public override async ValueTask InitializeAsync()
    {
        if (!PrivateServers.AreInstalled)
            return;
        await Servers.InitializeAsync();
        _broker = new TestBroker(Servers);
        await _broker.InitializeAsync();
        await StartAsync();
    }

    protected override ValueTask EndBrokerAsync() => Servers.DisposeAsync();
}

public sealed class When_the_broker_fails(BusOnPrivateBroker bus) : IClassFixture<BusOnPrivateBroker>
{
    private const string NeedsRabbitMq = "needs Debian's RabbitMQ on this machine, to kill one of its own";

    [Fact]
    public async Task Killed_and_restarted_everything_confirmed_arrives_and_all_go_on_by_themselves()
    {
        Assert.SkipUnless(PrivateServers.AreInstalled, NeedsRabbitMq);
        var confirmed = new ConcurrentBag<string>();
        using var enough = new CancellationTokenSource();
        // As Gateway does: what is not confirmed is not accepted.
        var publishing = PublishAllAsync();
        await Eventually.ShouldBe(() => confirmed.Count > 50);

        await bus.Servers.KillAsync("rabbitmq");
        await Eventually.ShouldBe(() => bus.Watch.Trouble is not null);
        await bus.Servers.StartAsync("rabbitmq");

        var before = confirmed.Count;
        await Eventually.ShouldBe(() => confirmed.Count > before + 50, within: TimeSpan.FromMinutes(1));
        await enough.CancelAsync();
        await publishing;
        await Eventually.ShouldBe(() =>
            confirmed.Except(bus.Events.Taken.Select(arrived => arrived.Item.LeadId), StringComparer.Ordinal).ToList()
                is []
        );
        await Eventually.ShouldBe(() => bus.Watch.Trouble is null);
        (await bus.Broker.CountAsync(Topology.DeadLetterQueue(BusUnderTest.EventQueue))).ShouldBe(0u);

        // As Gateway does: what is not confirmed is not accepted.
        async Task PublishAllAsync()
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                var lead = BusUnderTest.Lead($"crash-{number}");
                try
                {
                    await PublishAsync(lead, TimeSpan.FromSeconds(2));
                    confirmed.Add(lead.LeadId);
                }
                catch (Exception fault) when (Faults.IsInfrastructure(fault))
                {
                    // Whether it was published is unknown, and nobody was told that it was.
                }
            }
        }
    }

    [Fact]
    public async Task Under_a_memory_alarm_publishing_gives_up_in_time_and_consuming_goes_on()
    {
        Assert.SkipUnless(PrivateServers.AreInstalled, NeedsRabbitMq);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.Edge.Act = (_, _) => release.Task;
        for (var number = 0; number < 40; number++)
        {
            await bus.Broker.PublishAsync(
                Wire.Capture,
                $$$"""{"workspace":"acme","items":[{"leadId":"{{{number}}}","fields":{}}]}"""
            );
        }
        await bus.Servers.AlarmAsync(on: true);
        try
        {
            var started = Stopwatch.GetTimestamp();
            await Should.ThrowAsync<TimeoutException>(() =>
                PublishAsync(BusUnderTest.Lead("alarmed"), TimeSpan.FromSeconds(2))
            );
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(4));

            release.SetResult();
            await Eventually.ShouldBe(() => bus.Edge.Taken.Count == 40);
            // Acknowledged, not only handed out: no longer there after the consumers have gone.
            await bus.StopAsync();
            (await bus.Broker.CountAsync(BusUnderTest.EdgeQueue)).ShouldBe(0u);
            await bus.StartAsync();
        }
        finally
        {
            await bus.Servers.AlarmAsync(on: false);
        }

        await Eventually.ShouldPass(() => PublishAsync(BusUnderTest.Lead("alarmed"), TimeSpan.FromSeconds(5)));
    }

    private Task PublishAsync(CapturedLead lead, TimeSpan patience) =>
        bus.Publisher.PublishAsync(
            EventKinds.LeadCaptured,
            "acme",
            [lead],
            TestContext.Current.CancellationToken,
            patience
        );
}
