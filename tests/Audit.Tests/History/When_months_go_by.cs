using Dapper;
using LeadSync.Audit.History;
using LeadSync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadSync.Audit.Tests.History;

public sealed class When_months_go_by(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    [Fact]
    public async Task Each_has_a_partition_before_it_begins()
    {
        var clock = new FakeClock(new DateTimeOffset(2031, 11, 15, 0, 0, 0, TimeSpan.Zero));
        using var partitions = new Partitions(audit.Database.Source, clock, NullLogger<Partitions>.Instance);

        (await partitions.RunOnceAsync(Token)).ShouldBe(3);
        (await partitions.RunOnceAsync(Token)).ShouldBe(0);
        clock.Advance(TimeSpan.FromDays(30));
        (await partitions.RunOnceAsync(Token)).ShouldBe(1);

        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Captured("a", new DateTimeOffset(2031, 12, 31, 23, 59, 59, TimeSpan.Zero), ("title", "x")),
            Events.Captured("a", new DateTimeOffset(2032, 1, 1, 0, 0, 0, TimeSpan.Zero), ("title", "y"))
        );
        (await PartitionsOfAsync(workspace)).ShouldBe(["event_2031_12", "event_2032_01"]);
    }

    [Fact]
    public async Task One_that_already_has_events_apart_is_left_as_it_is()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Captured("a", new DateTimeOffset(2041, 5, 5, 0, 0, 0, TimeSpan.Zero), ("title", "x"))
        );
        var clock = new FakeClock(new DateTimeOffset(2041, 5, 20, 0, 0, 0, TimeSpan.Zero));
        using var partitions = new Partitions(audit.Database.Source, clock, NullLogger<Partitions>.Instance);

        (await partitions.RunOnceAsync(Token)).ShouldBe(2);

        (await PartitionsOfAsync(workspace)).ShouldBe(["event_default"]);
    }

    private async Task<IEnumerable<string>> PartitionsOfAsync(string workspace)
    {
        await using var connection = await audit.Database.Source.OpenConnectionAsync(Token);
        return await connection.QueryAsync<string>(
            "select tableoid::regclass::text from event where workspace = @workspace order by occurred_at",
            new { workspace }
        );
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
