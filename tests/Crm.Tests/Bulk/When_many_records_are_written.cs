using LeadSync.Crm.Salesforce.Bulk;

namespace LeadSync.Crm.Tests.Bulk;

public sealed class When_many_records_are_written
{
    private const string Id = "7505e000001AbCdAAK";
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly BulkWrite Upsert = new("Lead", "LeadSync__c");
    private static readonly BulkJob Job = new(Id, false, BulkJobState.Open, 0, 0, null);

    [Fact]
    public async Task A_job_is_opened_filled_and_closed()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, Told("Open")).AnswersNothing(201).Answers(200, Told("UploadComplete"));

        var job = await salesforce.Bulk.OpenAsync(salesforce.Session, Upsert, Stop);
        await salesforce.Bulk.UploadAsync(
            salesforce.Session,
            job,
            Upsert,
            ["LastName", "Title", "NumberOfEmployees", "DoNotCall"],
            Writes(
                """{"LastName":"Ng, \"the\nboss\"","Title":null,"NumberOfEmployees":5,"DoNotCall":true}""",
                """{"LastName":"#N/A","Title":""}"""
            ),
            Stop
        );
        var closed = await salesforce.Bulk.CloseAsync(salesforce.Session, job, Stop);

        closed.State.ShouldBe(BulkJobState.UploadComplete);
        var (opened, filled, asked) = (salesforce.Asked[0], salesforce.Asked[1], salesforce.Asked[2]);
        opened.Path.ShouldBe("/services/data/v60.0/jobs/ingest");
        opened.Body.ShouldBe(
            """{"object":"Lead","operation":"upsert","externalIdFieldName":"LeadSync__c","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF"}"""
        );
        filled.Method.ShouldBe("PUT");
        filled.Path.ShouldBe($"/services/data/v60.0/jobs/ingest/{Id}/batches");
        filled.Headers["Content-Type"].ShouldBe("text/csv; charset=UTF-8");
        // A typed "#N/A" would clear the field: it is left out.
        filled.Body.ShouldBe(
            "LeadSync__c,LastName,Title,NumberOfEmployees,DoNotCall\n"
                + "\"a-0\",\"Ng, \"\"the\nboss\"\"\",#N/A,5,true\n"
                + "\"a-1\",,,,\n"
        );
        asked.Method.ShouldBe("PATCH");
        asked.Path.ShouldBe($"/services/data/v60.0/jobs/ingest/{Id}");
        asked.Body.ShouldBe("""{"state":"UploadComplete"}""");
    }

    [Fact]
    public async Task Updates_go_by_id_and_creates_by_nothing()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersNothing(201).AnswersNothing(201).Answers(200, Told("Open")).Answers(200, Told("Open"));
        async IAsyncEnumerable<RecordWrite> One(RecordWrite write)
        {
            await Task.CompletedTask;
            yield return write;
        }

        await salesforce.Bulk.UploadAsync(
            salesforce.Session,
            Job,
            new BulkWrite("Lead", Updates: true),
            ["Title"],
            One(Say.Update("Lead", Say.LeadId(1))),
            Stop
        );
        await salesforce.Bulk.UploadAsync(
            salesforce.Session,
            Job,
            new BulkWrite("Lead"),
            ["LastName"],
            One(Say.Create("Lead")),
            Stop
        );
        await salesforce.Bulk.OpenAsync(salesforce.Session, new BulkWrite("Lead", Updates: true), Stop);
        await salesforce.Bulk.OpenAsync(salesforce.Session, new BulkWrite("Lead"), Stop);

        salesforce.Asked[0].Body.ShouldBe($"Id,Title\n\"{Say.LeadId(1)}\",\"CEO\"\n");
        salesforce.Asked[1].Body.ShouldBe("LastName\n\"Ng\"\n");
        salesforce.Asked[2].Json.GetProperty("operation").GetString().ShouldBe("update");
        salesforce.Asked[3].Json.GetProperty("operation").GetString().ShouldBe("insert");
    }

    [Fact]
    public async Task Records_are_sent_again_from_the_beginning_when_the_session_had_ended()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(401, Say.SessionEnded).AnswersNothing(201);

        await salesforce.Bulk.UploadAsync(
            salesforce.Session,
            Job,
            Upsert,
            ["LastName"],
            Writes("""{"LastName":"Ng"}"""),
            Stop
        );

        salesforce.Asked.Select(asked => asked.Body).Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
        salesforce.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_became_of_each_is_told_with_what_was_sent()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .AnswersCsv(
                $"\"sf__Id\",\"sf__Created\",\"LeadSync__c\",\"LastName\"\n\"{Say.LeadId(1)}\",\"true\",\"a-0\",\"Ng\"\n\"{Say.LeadId(2)}\",\"false\",\"a-1\",\"Wu\"\n"
            )
            .AnswersCsv(
                "\"sf__Id\",\"sf__Error\",\"LeadSync__c\",\"LastName\"\n"
                    + "\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --\",\"a-2\",\"Ng\"\n"
            )
            .AnswersCsv("\"LeadSync__c\",\"LastName\"\n\"a-3\",\"Ng\"\n");

        var written = await OutcomesAsync(salesforce, BulkOutcomes.Written);
        var refused = await OutcomesAsync(salesforce, BulkOutcomes.Refused);
        var unprocessed = await OutcomesAsync(salesforce, BulkOutcomes.Unprocessed);

        written
            .Select(outcome => (outcome.RecordId, outcome.Created, outcome.Row["LeadSync__c"]))
            .ShouldBe([(Say.LeadId(1), true, "a-0"), (Say.LeadId(2), false, "a-1")]);
        written.ShouldAllBe(outcome => outcome.Failure == null);
        var missing = refused.ShouldHaveSingleItem();
        missing.RecordId.ShouldBeNull();
        missing.Row["LeadSync__c"].ShouldBe("a-2");
        missing.Failure!.Code.ShouldBe("REQUIRED_FIELD_MISSING");
        missing.Failure.Message.ShouldBe("Required fields are missing: [Company]");
        missing.Failure.Fields.ShouldBe(["Company"]);
        unprocessed.ShouldHaveSingleItem().Row["LeadSync__c"].ShouldBe("a-3");
        salesforce
            .Asked.Select(asked => asked.Path.Split('/')[^1])
            .ShouldBe(["successfulResults", "failedResults", "unprocessedrecords"]);
    }

    [Theory]
    [InlineData(
        "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--",
        "INVALID_REFERENCE",
        "invalid cross reference id"
    )]
    [InlineData(
        "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 200 records: 001,001:--",
        "ROW_LOCKED",
        "unable to obtain exclusive access to this record or 200 records: 001,001"
    )]
    [InlineData("SOMETHING_NEW:what it says:--", "CRM_REFUSED", "what it says")]
    [InlineData("no code at all", "CRM_REFUSED", "no code at all")]
    public void A_refused_record_is_judged_as_any_other(string text, string code, string message)
    {
        var failure = BulkError.Read(text);

        failure.Code.ShouldBe(code);
        failure.Message.ShouldBe(message);
    }

    [Fact]
    public async Task Outcomes_that_break_off_are_not_taken_for_all()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .BreaksOffCsv("\"sf__Id\",\"sf__Created\",\"LastName\"\n")
            .AnswersCsv("\"sf__Id\",\"sf__Created\",\"LastName\"\n\"00Q")
            .AnswersCsv("\"sf__Id\",\"sf__Created\",\"LastName\"\n\"00Q\"\n")
            .AnswersCsv("");

        for (var attempt = 0; attempt < 4; attempt++)
        {
            var thrown = await Should.ThrowAsync<CrmException>(async () =>
                await OutcomesAsync(salesforce, BulkOutcomes.Written)
            );
            thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
        }
    }

    [Fact]
    public async Task A_job_can_be_stopped()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, Told("Aborted"));

        var aborted = await salesforce.Bulk.AbortAsync(salesforce.Session, Job, Stop);

        aborted.State.ShouldBe(BulkJobState.Aborted);
        salesforce.Asked.Single().Body.ShouldBe("""{"state":"Aborted"}""");
    }

    [Fact]
    public async Task A_job_that_writes_both_ways_is_none()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();

        await Should.ThrowAsync<ArgumentException>(() =>
            salesforce.Bulk.OpenAsync(salesforce.Session, Upsert with { Updates = true }, Stop)
        );

        salesforce.Asked.ShouldBeEmpty();
    }

    private static ValueTask<List<BulkOutcome>> OutcomesAsync(ScriptedSalesforce salesforce, BulkOutcomes which) =>
        salesforce.Bulk.ReadOutcomesAsync(salesforce.Session, Job, which, Stop).ToListAsync(Stop);

    private static async IAsyncEnumerable<RecordWrite> Writes(params string[] fields)
    {
        foreach (var (index, one) in fields.Index())
        {
            await Task.CompletedTask;
            yield return Say.Create("Lead", one) with
            {
                Key = new ExternalKey("LeadSync__c", $"a-{index}"),
            };
        }
    }

    private static string Told(string state) =>
        $$"""{"id":"{{Id}}","operation":"upsert","object":"Lead","state":"{{state}}","contentUrl":"services/data/v60.0/jobs/ingest/{{Id}}/batches","apiVersion":60.0}""";
}
