using System.Text.Json;
using LeadSync.Crm.Salesforce.Bulk;

namespace LeadSync.Crm.Tests.Bulk;

public sealed class When_many_records_are_read
{
    private const string Job = "7505e000001AbCdAAK";
    private const string Header =
        "\"Id\",\"CreatedDate\",\"LastModifiedDate\",\"SystemModstamp\",\"Email\",\"LastName\",\"NumberOfEmployees\",\"IsConverted\"\n";
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly RecordQuery Query = new(Say.LeadSchema, ["LastName", "NumberOfEmployees"]);

    [Fact]
    public async Task A_job_is_started_and_asked_how_far_it_is()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .Answers(200, Told("UploadComplete"), ("X-Sfdc-Request-Id", "abc123"))
            .Answers(200, Told("InProgress"))
            .Answers(200, Told("JobComplete", """,  "numberRecordsProcessed":2"""));

        var started = await salesforce.Bulk.StartAsync(salesforce.Session, Query with { DeletedToo = true }, Stop);
        var running = await salesforce.Bulk.ReadAsync(salesforce.Session, started, Stop);
        var done = await salesforce.Bulk.ReadAsync(salesforce.Session, started, Stop);

        started.State.ShouldBe(BulkJobState.UploadComplete);
        started.Calls.ShouldBe(1);
        started.RequestId.ShouldBe("abc123");
        running.State.ShouldBe(BulkJobState.InProgress);
        done.ShouldBe(new BulkJob(Job, true, BulkJobState.JobComplete, 2, 0, null) { Calls = 1 });
        var asked = salesforce.Asked[0].Json;
        salesforce.Asked[0].Path.ShouldBe("/services/data/v60.0/jobs/query");
        asked.GetProperty("operation").GetString().ShouldBe("queryAll");
        var soql = asked.GetProperty("query").GetString()!;
        soql.ShouldStartWith("SELECT Id,");
        soql.ShouldEndWith(" FROM Lead");
        salesforce.Asked[1].Path.ShouldBe($"/services/data/v60.0/jobs/query/{Job}");
    }

    [Fact]
    public async Task Its_pages_are_read_record_by_record_with_the_types_of_the_fields()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .AnswersCsv(
                Header + Row(1, "\"Ng, \"\"the\nboss\"\"\"", "5", "true") + Row(2, "\"\"", "", "false"),
                ("Sforce-Locator", "MTAwMDA"),
                ("Sforce-NumberOfRecords", "2")
            )
            .AnswersCsv(
                Header + Row(3, "Z", "0.5", "false"),
                ("Sforce-Locator", "null"),
                ("Sforce-NumberOfRecords", "1")
            );
        var job = new BulkJob(Job, true, BulkJobState.JobComplete, 3, 0, null);

        using var first = await salesforce.Bulk.ReadPageAsync(salesforce.Session, job, Query, null, 2, Stop);
        var two = await first.ReadAsync(Stop).ToListAsync(Stop);
        using var second = await salesforce.Bulk.ReadPageAsync(salesforce.Session, job, Query, first.Next, 2, Stop);
        var one = await second.ReadAsync(Stop).ToListAsync(Stop);

        salesforce.Asked[0].Path.ShouldBe($"/services/data/v60.0/jobs/query/{Job}/results?maxRecords=2");
        salesforce.Asked[0].Headers["Accept"].ShouldBe("text/csv");
        salesforce.Asked[1].Path.ShouldEndWith("/results?maxRecords=2&locator=MTAwMDA");
        first.Count.ShouldBe(2);
        second.Next.ShouldBeNull();
        two[0].Id.ShouldBe(Say.LeadId(1));
        two[0].Fields["LastName"].GetString().ShouldBe("Ng, \"the\nboss\"");
        two[0].Fields["NumberOfEmployees"].GetInt32().ShouldBe(5);
        two[0].Converted.ShouldBeTrue();
        two[0].Email.ShouldBe("a@x.com");
        two[0].Stamp.ShouldBe(new DateTimeOffset(2026, 7, 2, 11, 30, 15, TimeSpan.Zero));
        two[1].Fields["LastName"].ValueKind.ShouldBe(JsonValueKind.Null);
        two[1].Fields["NumberOfEmployees"].ValueKind.ShouldBe(JsonValueKind.Null);
        one.Single().Fields["NumberOfEmployees"].GetDecimal().ShouldBe(0.5m);
    }

    [Fact]
    public async Task A_page_that_breaks_off_or_lacks_rows_is_not_taken_for_whole()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .BreaksOffCsv(Header + Row(1, "A", "1", "true"))
            .AnswersCsv(Header + Row(1, "A", "1", "true"), ("Sforce-NumberOfRecords", "2"))
            .AnswersCsv(Header + "\"00Q")
            .AnswersCsv(Header + "\"00Q\",\"x\"\n")
            .AnswersCsv("")
            .AnswersHtml(200);
        var job = new BulkJob(Job, true, BulkJobState.JobComplete, 2, 0, null);

        for (var attempt = 0; attempt < 6; attempt++)
        {
            var thrown = await Should.ThrowAsync<CrmException>(async () =>
            {
                using var page = await salesforce.Bulk.ReadPageAsync(salesforce.Session, job, Query, null, 2, Stop);
                await page.ReadAsync(Stop).ToListAsync(Stop);
            });
            thrown.Failure.Class.ShouldBe(FailureClass.Transient);
            thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
        }
    }

    [Fact]
    public async Task A_page_that_stands_still_has_timed_out()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync(timeoutSeconds: 1);
        salesforce.BreaksOffCsv(Header + Row(1, "A", "1", "true"), silently: true);
        var job = new BulkJob(Job, true, BulkJobState.JobComplete, 2, 0, null);

        var thrown = await Should.ThrowAsync<CrmException>(async () =>
        {
            using var page = await salesforce.Bulk.ReadPageAsync(salesforce.Session, job, Query, null, 2, Stop);
            await page.ReadAsync(Stop).ToListAsync(Stop);
        });

        thrown.Failure.Code.ShouldBe("TIMEOUT");
    }

    [Fact]
    public async Task A_session_that_ended_is_renewed_before_the_rows_begin()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(401, Say.SessionEnded).AnswersCsv(Header);
        var job = new BulkJob(Job, true, BulkJobState.JobComplete, 0, 0, null);

        using var page = await salesforce.Bulk.ReadPageAsync(salesforce.Session, job, Query, null, 2, Stop);

        (await page.ReadAsync(Stop).ToListAsync(Stop)).ShouldBeEmpty();
        page.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_job_says_why()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .Answers(400, """[{"errorCode":"INVALID_FIELD","message":"No such column 'X__c' on entity 'Lead'"}]""")
            .Answers(200, Told("Failed", ""","errorMessage":"InvalidBatch : Field name not found : X" """));
        var job = new BulkJob(Job, true, BulkJobState.InProgress, 0, 0, null);

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Bulk.StartAsync(salesforce.Session, Query, Stop)
        );
        var failed = await salesforce.Bulk.ReadAsync(salesforce.Session, job, Stop);

        thrown.Failure.Code.ShouldBe("SCHEMA_CHANGED");
        failed.State.ShouldBe(BulkJobState.Failed);
        failed.Error.ShouldBe("InvalidBatch : Field name not found : X");
    }

    [Theory]
    [InlineData("""{"id":"../../sobjects","state":"Open"}""")]
    [InlineData("""{"id":"","state":"Open"}""")]
    [InlineData("""{"id":"750","state":"Dreaming"}""")]
    [InlineData("""{"id":"750"}""")]
    public async Task What_is_no_job_is_not_taken_for_one(string body)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, body);

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Bulk.StartAsync(salesforce.Session, Query, Stop)
        );

        thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
    }

    private static string Told(string state, string more = "") =>
        $$"""{"id":"{{Job}}","operation":"query","object":"Lead","state":"{{state}}","apiVersion":60.0{{more}}}""";

    private static string Row(int number, string lastName, string employees, string converted) =>
        $"\"{Say.LeadId(number)}\",\"2026-07-01T10:00:00.000Z\",\"2026-07-02T11:30:15.000Z\",\"2026-07-02T11:30:15.000Z\",\"a@x.com\",{lastName},\"{employees}\",\"{converted}\"\n";
}
