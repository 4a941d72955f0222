namespace LeadSync.Crm.Tests;

public sealed class When_records_are_looked_for
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_objects_are_asked_in_one_call()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.NoRecords), (200, Say.NoRecords));
        var search = new Search([
            new ObjectSearch("Lead", ["00Q5e000001N20Q", "00Q5e000001N20QEAS"], ["a@x.com", "A@x.com"], ["Title"]),
            new ObjectSearch("Contact", [], ["a@x.com"], []),
        ]);

        var found = await salesforce.Crm.FindAsync(salesforce.Session, search, Stop);

        found.Calls.ShouldBe(1);
        var asked = salesforce.Asked.Single();
        asked.Method.ShouldBe("POST");
        asked.Path.ShouldBe("/services/data/v60.0/composite");
        asked.Headers.ContainsKey("Sforce-Auto-Assign").ShouldBeFalse();
        asked
            .Query(0)
            .ShouldBe(
                "SELECT Id,CreatedDate,CreatedById,LastModifiedDate,LastModifiedById,SystemModstamp,Email,LastActivityDate,IsConverted,ConvertedContactId,Title FROM Lead"
                    + " WHERE Id IN ('00Q5e000001N20QEAS') OR Email IN ('a@x.com')"
            );
        asked
            .Query(1)
            .ShouldBe(
                "SELECT Id,CreatedDate,CreatedById,LastModifiedDate,LastModifiedById,SystemModstamp,Email,LastActivityDate FROM Contact WHERE Email IN ('a@x.com')"
            );
    }

    [Fact]
    public async Task A_record_is_read_with_its_stamps_and_the_fields_asked_for()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        var row = $$"""
            {"attributes":{"type":"Lead"},"Id":"{{Say.LeadId(
                1
            )}}","Email":"Ann@X.com","CreatedDate":"2026-07-01T10:00:00.000+0000","CreatedById":"0055e000003E8ooAAC",
             "LastModifiedDate":"2026-07-02T13:30:15.250+0200","IsConverted":true,"ConvertedContactId":"0035e000001N20QAAS","LastName":"Ng","Phone":null}
            """;
        salesforce.Answers(
            200,
            $$"""{"compositeResponse":[{"body":{"totalSize":1,"done":true,"records":[{{row}}]},"httpHeaders":{},"httpStatusCode":200,"referenceId":"part0"}]}""",
            ("Date", "Wed, 01 Jul 2026 10:00:05 GMT"),
            ("X-Sfdc-Request-Id", "abc123"),
            ("Sforce-Limit-Info", "api-usage=18/5000; per-app-api-usage=17/250(appName=sample-app)")
        );
        var search = new Search([new ObjectSearch("Lead", [], ["ann@x.com"], ["lastname", "Phone"])]);

        var found = await salesforce.Crm.FindAsync(salesforce.Session, search, Stop);

        var record = found.Records.Single();
        record.Object.ShouldBe("Lead");
        record.Id.ShouldBe(Say.LeadId(1));
        record.Email.ShouldBe("Ann@X.com");
        record.CreatedAt.ShouldBe(new DateTimeOffset(2026, 7, 1, 10, 0, 0, TimeSpan.Zero));
        record.ModifiedAt.ShouldBe(new DateTimeOffset(2026, 7, 2, 11, 30, 15, 250, TimeSpan.Zero));
        record.CreatedById.ShouldBe("0055e000003E8ooAAC");
        record.Converted.ShouldBeTrue();
        record.ConvertedContactId.ShouldBe("0035e000001N20QAAS");
        record.Fields.Keys.ShouldBe(["lastname", "Phone"]);
        record.Fields["LastName"].GetString().ShouldBe("Ng");
        record.Fields["Phone"].ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        found.ServerTime.ShouldBe(new DateTimeOffset(2026, 7, 1, 10, 0, 5, TimeSpan.Zero));
        found.RequestId.ShouldBe("abc123");
        salesforce.Session.Usage.ShouldBe([new ApiUsage(18, 5000)]);
    }

    [Fact]
    public async Task Pages_are_followed_where_the_crm_says_and_all_at_once()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .AnswersParts(
                (
                    200,
                    $$"""{"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gA-2000","records":[{{Say.Lead(1)}}]}"""
                ),
                (200, """{"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gB-1000","records":[]}""")
            )
            .AnswersParts(
                (200, $$"""{"done":true,"records":[{{Say.Lead(1)}},{{Say.Lead(2)}}]}"""),
                (200, """{"done":true,"records":[]}""")
            );
        var search = new Search([
            new ObjectSearch("Lead", [], ["a@x.com"], []),
            new ObjectSearch("Contact", [], ["a@x.com"], []),
        ]);

        var found = await salesforce.Crm.FindAsync(salesforce.Session, search, Stop);

        found.Calls.ShouldBe(2);
        found.Records.Select(record => record.Id).ShouldBe([Say.LeadId(1), Say.LeadId(2)]);
        salesforce
            .Asked[1]
            .Parts.Select(part => part.GetProperty("url").GetString())
            .ShouldBe(["/services/data/v60.0/query/01gA-2000", "/services/data/v60.0/query/01gB-1000"]);
    }

    [Fact]
    public async Task A_list_too_long_for_one_query_is_spread_over_the_parts_of_one_call()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts(
            (200, $$"""{"done":true,"records":[{{Say.Lead(1)}}]}"""),
            (200, $$"""{"done":true,"records":[{{Say.Lead(1)}},{{Say.Lead(2)}}]}""")
        );
        var emails = Enumerable.Range(0, 1_500).Select(n => $"{new string('p', 80)}{n}@example.com").ToArray();

        var found = await salesforce.Crm.FindAsync(salesforce.Session, Say.Leads(emails), Stop);

        found.Calls.ShouldBe(1);
        found.Records.Count.ShouldBe(2);
        var asked = salesforce.Asked.Single();
        asked.Parts.Length.ShouldBe(2);
        asked.Query(0).Length.ShouldBeLessThanOrEqualTo(100_000);
        var all = asked.Query(0) + asked.Query(1);
        emails.ShouldAllBe(email => all.Contains($"'{email}'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_parts_than_a_call_holds_go_in_further_calls()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        var five = Enumerable.Repeat((200, Say.NoRecords), 5).ToArray();
        salesforce.AnswersParts(five).AnswersParts((200, $$"""{"done":true,"records":[{{Say.Lead(9)}}]}"""));
        var search = new Search([.. Enumerable.Repeat(new ObjectSearch("Lead", [], ["a@x.com"], []), 6)]);

        var found = await salesforce.Crm.FindAsync(salesforce.Session, search, Stop);

        found.Calls.ShouldBe(2);
        found.Records.Single().Id.ShouldBe(Say.LeadId(9));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("nobody")]
    [InlineData("a@x.com\0")]
    [InlineData("a@half a pair.com")]
    public async Task What_can_be_no_address_is_not_asked_for(string text)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        // An attribute's text is stored as UTF-8, which cannot hold what is meant.
        text = text.Replace("half a pair", "\ud83d", StringComparison.Ordinal);
        var search = new Search([
            new ObjectSearch("Lead", ["not an id", "", "'"], [text, new string('a', 4_001) + "@x"], []),
        ]);

        var found = await salesforce.Crm.FindAsync(salesforce.Session, search, Stop);

        found.Records.ShouldBeEmpty();
        found.Calls.ShouldBe(0);
        salesforce.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_our_user_created_since_can_be_asked_for()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.NoRecords));
        var since = new DateTimeOffset(2026, 7, 1, 10, 0, 0, TimeSpan.Zero);

        await salesforce.Crm.FindAsync(
            salesforce.Session,
            new Search([new ObjectSearch("Lead", [], [], [], since)]),
            Stop
        );

        salesforce
            .Asked.Single()
            .Query(0)
            .ShouldEndWith("WHERE (CreatedDate >= 2026-07-01T10:00:00Z AND CreatedById = '0055e000003E8ooAAC')");
    }

    [Fact]
    public async Task A_field_that_is_gone_is_named()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts(
            (200, Say.NoRecords),
            (
                400,
                """[{"message":"\nSELECT Id,Gone__c FROM Contact\n          ^\nERROR at Row:1:Column:11\nNo such column 'Gone__c' on entity 'Contact'. If you are attempting to use a custom field, be sure to append the '__c'.","errorCode":"INVALID_FIELD"}]"""
            )
        );
        var search = new Search([
            new ObjectSearch("Lead", [], ["a@x.com"], []),
            new ObjectSearch("Contact", [], ["a@x.com"], ["Gone__c"]),
        ]);

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.FindAsync(salesforce.Session, search, Stop)
        );

        thrown.Failure.Code.ShouldBe("SCHEMA_CHANGED");
        thrown.Failure.Class.ShouldBe(FailureClass.Configuration);
        thrown.Failure.Fields.ShouldBe(["Gone__c"]);
        thrown.Failure.Cause.ShouldStartWith("Gone__c is gone");
    }

    [Fact]
    public async Task A_name_that_can_be_no_field_is_named_without_asking()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        var search = new Search([new ObjectSearch("Lead", [], ["a@x.com"], ["Id FROM User --"])]);

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.FindAsync(salesforce.Session, search, Stop)
        );

        thrown.Failure.Code.ShouldBe("SCHEMA_CHANGED");
        salesforce.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"totalSize":1,"done":false,"records":[]}""")]
    [InlineData("""{"totalSize":1,"done":true}""")]
    [InlineData("""{"totalSize":1,"done":true,"records":[{"Id":"00Q"}]}""")]
    [InlineData("null")]
    public async Task An_answer_that_may_be_incomplete_is_not_taken_for_nobody(string body)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, body));

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.FindAsync(salesforce.Session, Say.Leads("a@x.com"), Stop)
        );

        thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
    }
}
