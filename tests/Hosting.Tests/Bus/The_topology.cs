using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class The_topology
{
    // Messages wait under these names across every upgrade: a queue that is renamed leaves them behind.
    [Fact]
    public void Its_queues_keep_their_names() =>
        Topology
            .RoutesWith(shares: 2)
            .Select(route =>
                $"{route.Exchange} -{route.Key}-> {route.Queue}".Replace("--", "-", StringComparison.Ordinal)
            )
            .ShouldBe([
                "leadsync.capture -> mapping.capture",
                "leadsync.withdraw -> mapping.withdraw",
                "leadsync.lead-captured -> audit.lead-captured",
                "leadsync.lead-withdrawn -> audit.lead-withdrawn",
                "leadsync.lead-mapped -> push.lead-mapped",
                "leadsync.lead-mapped -> audit.lead-mapped",
                "leadsync.lead-mapped.shares -#-> audit.lead-mapped",
                "leadsync.lead-mapped-backfill -> push.lead-mapped-backfill",
                "leadsync.lead-mapped-backfill -> audit.lead-mapped",
                "leadsync.record-matched -> audit.record-matched",
                "leadsync.record-written -> mapping.record-written",
                "leadsync.record-written -> audit.record-written",
                "leadsync.record-pulled -> mapping.record-pulled",
                "leadsync.lead-imported -> audit.lead-imported",
                "leadsync.sync-failed -> mapping.sync-failed",
                "leadsync.sync-failed -> audit.sync-failed",
                "leadsync.setting-changed -> audit.setting-changed",
                "leadsync.capture.shares -1-> mapping.capture.1",
                "leadsync.capture.shares -2-> mapping.capture.2",
                "leadsync.capture.shares -burst-> mapping.capture.burst",
                "leadsync.lead-mapped.shares -1-> push.lead-mapped.1",
                "leadsync.lead-mapped.shares -2-> push.lead-mapped.2",
                "leadsync.lead-mapped.shares -burst-> push.lead-mapped.burst",
            ]);

    // A mandatory publish is returned only when no queue at all is bound.
    [Theory]
    [InlineData(Wire.Capture)]
    [InlineData(Wire.Withdraw)]
    public void What_comes_in_reaches_one_queue_only_so_that_its_loss_is_noticed(string exchange) =>
        Topology.Routes.Count(route => route.Exchange == exchange).ShouldBe(1);

    // A newer broker deletes after 20 deliveries when nothing is said, and listing a dead letter is one.
    [Fact]
    public void No_queue_leaves_its_delivery_limit_to_the_broker()
    {
        foreach (var (_, queue, _) in Topology.RoutesWith(shares: 3))
            Topology.QueueArguments(queue)["x-delivery-limit"].ShouldBe(1_000);
        Topology.DeadLetterArguments["x-delivery-limit"].ShouldBe(1_000_000);
    }
}
