using LeadSync.CrmSimulator.Data;

namespace LeadSync.Crm.Tests;

/// <summary>Replication and conditional description against the simulator, which shares no code with the client.</summary>
public sealed class When_an_org_tells_what_changed
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deleted_and_merged_records_are_told_once_and_to_the_end_of_the_time_asked_for()
    {
        var clock = new OrgClock();
        await using var salesforce = await SimulatedSalesforce.StartAsync(clock);
        var rep = salesforce.Simulator.Org.Rep;
        var ids = await salesforce.CreateLeadsAsync(4);
        clock.Now += TimeSpan.FromMinutes(10);
        await rep.DeleteAsync("Lead", ids[0]);
        await rep.MergeAsync("Lead", ids[1], ids[2]);
        var deletedAt = clock.Now;
        clock.Now += TimeSpan.FromMinutes(10);

        var first = await ReadDeletedAsync(salesforce, clock.Now.AddMinutes(-15), clock.Now);
        var next = await ReadDeletedAsync(salesforce, first.CoveredUntil, clock.Now.AddMinutes(2));

        first.Records.Select(record => record.RecordId).ShouldBe([ids[0], ids[2]], ignoreOrder: true);
        first.Records.ShouldAllBe(record => record.DeletedAt == deletedAt);
        first.Calls.ShouldBe(1);
        first.RequestId.ShouldNotBeNull();
        next.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task Changed_records_are_told_and_deleted_ones_are_not_among_them()
    {
        var clock = new OrgClock();
        await using var salesforce = await SimulatedSalesforce.StartAsync(clock);
        var rep = salesforce.Simulator.Org.Rep;
        var ids = await salesforce.CreateLeadsAsync(3);
        clock.Now += TimeSpan.FromMinutes(10);
        await rep.EditAsync("Lead", ids[1], new { Title = "CEO" });
        await rep.DeleteAsync("Lead", ids[2]);
        clock.Now += TimeSpan.FromMinutes(10);

        var changed = await ReadChangedAsync(salesforce, clock.Now.AddMinutes(-15), clock.Now);
        var all = await ReadChangedAsync(salesforce, clock.Now.AddMinutes(-30), clock.Now);

        changed.RecordIds.ShouldBe([ids[1]]);
        all.RecordIds.ShouldBe([ids[0], ids[1]], ignoreOrder: true);
        all.CoveredUntil.ShouldBe(clock.Now.AddSeconds(-clock.Now.Second));
    }

    [Fact]
    public async Task A_description_is_sent_again_only_after_a_change()
    {
        var clock = new OrgClock();
        await using var salesforce = await SimulatedSalesforce.StartAsync(clock);
        var (crm, session) = (salesforce.Crm, salesforce.Session);
        var first = await crm.DescribeAsync(session, "Lead", Stop);
        var since = first.ChangedAt.ShouldNotBeNull();

        clock.Now += TimeSpan.FromHours(1);
        var unchanged = await crm.DescribeIfChangedAsync(session, "Lead", since, Stop);
        salesforce.Simulator.Org.AddField("Lead", new CustomField("Score__c", FieldType.Double));
        var changed = await crm.DescribeIfChangedAsync(session, "Lead", since, Stop);

        unchanged.ShouldBeNull();
        changed.ShouldNotBeNull().Find("Score__c").ShouldNotBeNull();
        changed.ChangedAt.ShouldBe(clock.Now);
        first.Find("Score__c").ShouldBeNull();
    }

    private static Task<DeletedRecords> ReadDeletedAsync(
        SimulatedSalesforce salesforce,
        DateTimeOffset since,
        DateTimeOffset until
    ) => salesforce.Crm.ReadDeletedAsync(salesforce.Session, "Lead", since, until, Stop);

    private static Task<ChangedRecords> ReadChangedAsync(
        SimulatedSalesforce salesforce,
        DateTimeOffset since,
        DateTimeOffset until
    ) => salesforce.Crm.ReadChangedAsync(salesforce.Session, "Lead", since, until, Stop);
}
