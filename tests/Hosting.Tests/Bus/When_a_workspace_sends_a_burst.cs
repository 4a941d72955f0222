using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_a_workspace_sends_a_burst(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    // More than any consumer fetches ahead.
    private const int Burst = 200;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Workspaces_of_other_shares_are_served_meanwhile_and_then_all_of_it_is(bool asProduct)
    {
        var (greedy, modest) = OfDifferentShares($"burst-{asProduct}".ToLowerInvariant());
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.Edge.Act = (items, _) => items.Any(item => item.Workspace == greedy) ? gate.Task : Task.CompletedTask;
        try
        {
            for (var number = 0; number < Burst; number++)
                await PublishAsync(greedy, [$"{number}"], asProduct);
            await PublishAsync(modest, ["one"], asProduct);

            await Eventually.ShouldBe(() => bus.Edge.Taken.Any(arrived => arrived.Workspace == modest));
            bus.Edge.Taken.ShouldNotContain(arrived => arrived.Workspace == greedy);
        }
        finally
        {
            gate.SetResult();
        }
        await Eventually.ShouldBe(() => bus.Edge.Taken.Count(arrived => arrived.Workspace == greedy) == Burst);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Workspaces_of_its_own_share_wait_for_no_more_than_its_ordinary_pace(bool asProduct)
    {
        var (greedy, modest) = OfOneShare($"pace-{asProduct}".ToLowerInvariant());
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.Edge.Act = (items, _) =>
            items.Any(item => item.Workspace == greedy && LeadId(item).StartsWith("more", StringComparison.Ordinal))
                ? gate.Task
                : Task.CompletedTask;
        try
        {
            await PublishAsync(greedy, Enumerable.Range(0, BusUnderTest.Pace).Select(number => $"{number}"), asProduct);
            await Eventually.ShouldBe(() =>
                bus.Edge.Taken.Count(arrived => arrived.Workspace == greedy) == BusUnderTest.Pace
            );
            await PublishAsync(greedy, Enumerable.Range(0, Burst).Select(number => $"more-{number}"), asProduct);
            await PublishAsync(modest, ["one"], asProduct);

            await Eventually.ShouldBe(() => bus.Edge.Taken.Any(arrived => arrived.Workspace == modest));
        }
        finally
        {
            gate.SetResult();
        }
        await Eventually.ShouldBe(() =>
            bus.Edge.Taken.Count(arrived => arrived.Workspace == greedy) == BusUnderTest.Pace + Burst
        );
    }

    [Fact]
    public void Each_workspace_has_one_share_and_all_shares_have_some()
    {
        var keys = Enumerable.Range(0, 400).Select(number => Shares.KeyOf($"workspace-{number}", 8)).ToList();

        keys.ShouldBe(Enumerable.Range(0, 400).Select(number => Shares.KeyOf($"workspace-{number}", 8)));
        keys.Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ShouldBe(["1", "2", "3", "4", "5", "6", "7", "8"]);
    }

    // Gateway knows the workspace and publishes to its share; a product publishes where all do, and is sorted by its login.
    private Task PublishAsync(string workspace, IEnumerable<string> leadIds, bool asProduct) =>
        asProduct
            ? Task.WhenAll(
                leadIds
                    .Chunk(EventList.MaxItems)
                    .Select(some =>
                        bus.Broker.PublishAsProductAsync(
                            workspace,
                            "form",
                            Wire.Capture,
                            JsonSerializer.Serialize(new { items = some.Select(leadId => new { leadId }) })
                        )
                    )
            )
            : bus.Publisher.PublishAsync(
                EventKinds.Capture,
                workspace,
                [.. leadIds.Select(leadId => BusUnderTest.Lead(leadId))],
                TestContext.Current.CancellationToken
            );

    private static string LeadId(Arrived<JsonElement> item) => item.Item.GetProperty("leadId").GetString()!;

    private static (string Greedy, string Modest) OfOneShare(string name) =>
        (name, Others(name).First(other => Share(other) == Share(name)));

    private static (string Greedy, string Modest) OfDifferentShares(string name) =>
        (name, Others(name).First(other => Share(other) != Share(name)));

    private static IEnumerable<string> Others(string name) =>
        Enumerable.Range(0, 100).Select(number => $"{name}-{number}");

    private static string Share(string workspace) => Shares.KeyOf(workspace, TestBroker.Shares);
}
