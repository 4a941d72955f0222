using System.Text.Json;
using LeadSync.Crm.Salesforce.Bulk;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.Crm.Tests.Bulk;

/// <summary>Bulk jobs against the simulator, which shares no code with the client.</summary>
public sealed class When_an_org_runs_jobs
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly BulkWrite Upsert = new("Lead", "Ext__c");

    [Fact]
    public async Task All_records_of_a_query_are_read_page_by_page_as_a_query_reads_them()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var ids = await salesforce.CreateLeadsAsync(5);
        await salesforce.Simulator.Org.Rep.EditAsync("Lead", ids[0], new { Title = "Head of \"It\",\nand more" });
        await salesforce.Simulator.Org.Rep.DeleteAsync("Lead", ids[4]);
        var query = (await salesforce.QueryAsync("Lead", "LastName", "Title", "NumberOfEmployees")) with
        {
            DeletedToo = true,
        };

        var job = await EndAsync(salesforce, await salesforce.Bulk.StartAsync(salesforce.Session, query, Stop));
        var read = new List<CrmRecord>();
        var pages = 0;
        string? next = null;
        do
        {
            using var page = await salesforce.Bulk.ReadPageAsync(salesforce.Session, job, query, next, 2, Stop);
            read.AddRange(await page.ReadAsync(Stop).ToListAsync(Stop));
            next = page.Next;
            pages++;
        } while (next is not null);

        job.State.ShouldBe(BulkJobState.JobComplete);
        pages.ShouldBe(3);
        var queried = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);
        read.Select(record => record.Id).ShouldBe(ids, ignoreOrder: true);
        foreach (var record in queried.Records)
        {
            var bulk = read.Single(one => one.Id == record.Id);
            bulk.Stamp.ShouldBe(record.Stamp);
            bulk.Email.ShouldBe(record.Email);
            bulk.Deleted.ShouldBe(record.Deleted);
            bulk.Fields["Title"].ToString().ShouldBe(record.Fields["Title"].ToString());
            bulk.Fields["NumberOfEmployees"].GetDecimal().ShouldBe(record.Fields["NumberOfEmployees"].GetDecimal());
        }
    }

    [Fact]
    public async Task Records_are_upserted_and_what_became_of_each_is_told()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Org.AddField("Lead", new CustomField("Ext__c", FieldType.String, ExternalId: true));
        await salesforce.Crm.WriteAsync(salesforce.Session, [Keyed("a-0", "Ng", "Acme")], Stop);
        RecordWrite[] writes =
        [
            Keyed("a-0", "Ng-Wu", "Acme"),
            Keyed("a-1", "O'Neil, \"the\nboss\"", "Acme"),
            Keyed("a-2", new string('x', 81), "Acme"),
        ];

        var job = await LoadAsync(salesforce, writes);
        var written = await OutcomesAsync(salesforce, job, BulkOutcomes.Written);
        var refused = await OutcomesAsync(salesforce, job, BulkOutcomes.Refused);

        (job.State, job.Processed, job.Failed).ShouldBe((BulkJobState.JobComplete, 3, 1));
        written.Select(one => (one.Row["Ext__c"], one.Created)).ShouldBe([("a-0", false), ("a-1", true)], true);
        var failure = refused.Single().Failure.ShouldNotBeNull();
        refused.Single().Row["Ext__c"].ShouldBe("a-2");
        failure.Code.ShouldBe("TOO_LONG");
        var org = salesforce.Simulator.Org;
        foreach (var outcome in written)
            org.Get("Lead", outcome.RecordId!)!["Ext__c"].ShouldBe(outcome.Row["Ext__c"]);
        org.Records("Lead")
            .Select(lead => (string?)lead["LastName"])
            .ShouldBe(["Ng-Wu", "O'Neil, \"the\nboss\""], ignoreOrder: true);
    }

    [Fact]
    public async Task Records_are_sent_again_after_a_renewal_and_written_once()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Org.AddField("Lead", new CustomField("Ext__c", FieldType.String, ExternalId: true));
        salesforce.Simulator.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.ExpiredSession,
                Match = new FaultMatch { Kind = RequestKinds.BulkUpload },
                Count = 1,
            }
        );

        var job = await LoadAsync(salesforce, [Keyed("a-0", "Ng", "Acme")]);

        (job.Processed, job.Failed).ShouldBe((1, 0));
        salesforce.Simulator.Org.Records("Lead").Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_aborted_job_writes_nothing()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var job = await salesforce.Bulk.OpenAsync(salesforce.Session, new BulkWrite("Lead"), Stop);
        await salesforce.Bulk.UploadAsync(
            salesforce.Session,
            job,
            new BulkWrite("Lead"),
            ["LastName", "Company"],
            new[] { Say.Create("Lead") }.ToAsyncEnumerable(),
            Stop
        );

        await salesforce.Bulk.AbortAsync(salesforce.Session, job, Stop);
        var aborted = await EndAsync(salesforce, job);

        aborted.State.ShouldBe(BulkJobState.Aborted);
        salesforce.Simulator.Org.Records("Lead").ShouldBeEmpty();
    }

    private static RecordWrite Keyed(string key, string lastName, string company) =>
        new(
            "Lead",
            null,
            new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            {
                ["LastName"] = JsonSerializer.SerializeToElement(lastName),
                ["Company"] = JsonSerializer.SerializeToElement(company),
            }
        )
        {
            Key = new ExternalKey("Ext__c", key),
        };

    private static async Task<BulkJob> LoadAsync(SimulatedSalesforce salesforce, RecordWrite[] writes)
    {
        var (bulk, session) = (salesforce.Bulk, salesforce.Session);
        var job = await bulk.OpenAsync(session, Upsert, Stop);
        await bulk.UploadAsync(session, job, Upsert, ["LastName", "Company"], writes.ToAsyncEnumerable(), Stop);
        return await EndAsync(salesforce, await bulk.CloseAsync(session, job, Stop));
    }

    /// <summary>Asks until the job has ended; the simulator's take the second time.</summary>
    private static async Task<BulkJob> EndAsync(SimulatedSalesforce salesforce, BulkJob job)
    {
        for (var asked = 0; asked < 3; asked++)
        {
            job = await salesforce.Bulk.ReadAsync(salesforce.Session, job, Stop);
            if (job.State is BulkJobState.JobComplete or BulkJobState.Aborted or BulkJobState.Failed)
                return job;
        }
        return job;
    }

    private static Task<List<BulkOutcome>> OutcomesAsync(
        SimulatedSalesforce salesforce,
        BulkJob job,
        BulkOutcomes which
    ) => salesforce.Bulk.ReadOutcomesAsync(salesforce.Session, job, which, Stop).ToListAsync(Stop).AsTask();
}
