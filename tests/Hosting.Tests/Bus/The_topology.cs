using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class The_topology
{
    // Messages wait under these names across every upgrade: a queue that is renamed leaves them behind.
    [Fact]
    public void Its_queues_keep_their_names() =>
        Topology
            .Routes.Select(route => $"{route.Exchange} -> {route.Queue}")
            .ShouldBe([
                "leadsync.capture -> mapping.capture",
                "leadsync.withdraw -> mapping.withdraw",
                "leadsync.lead-captured -> audit.lead-captured",
                "leadsync.lead-withdrawn -> audit.lead-withdrawn",
                "leadsync.lead-mapped -> push.lead-mapped",
                "leadsync.lead-mapped -> audit.lead-mapped",
                "leadsync.record-matched -> audit.record-matched",
                "leadsync.record-written -> mapping.record-written",
                "leadsync.record-written -> audit.record-written",
                "leadsync.sync-failed -> mapping.sync-failed",
                "leadsync.sync-failed -> audit.sync-failed",
            ]);

    // A mandatory publish is returned only when no queue at all is bound.
    [Theory]
    [InlineData(Wire.Capture)]
    [InlineData(Wire.Withdraw)]
    public void What_comes_in_reaches_one_queue_only_so_that_its_loss_is_noticed(string exchange) =>
        Topology.Routes.Count(route => route.Exchange == exchange).ShouldBe(1);
}
