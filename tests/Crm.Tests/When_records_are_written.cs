using System.Text.Json;

namespace LeadSync.Crm.Tests;

public sealed class When_records_are_written
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Creates_and_updates_of_all_objects_go_in_one_call()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts(
            (200, Say.Written(1, first: 3)),
            (200, Say.Written(1, first: 4)),
            (200, Say.Written(2, first: 1))
        );
        RecordWrite[] writes =
        [
            Say.Create("Lead", """{"LastName":"Ng","Employees__c":1.50,"Phone":null}"""),
            Say.Update("Contact", Say.LeadId(3)),
            Say.Create("Lead"),
            Say.Update("Lead", Say.LeadId(4)),
        ];

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);

        report.Calls.ShouldBe(1);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        report
            .Results.Select(result => result.RecordId)
            .ShouldBe([Say.LeadId(1), Say.LeadId(3), Say.LeadId(2), Say.LeadId(4)]);
        var asked = salesforce.Asked.Single();
        asked.Json.GetProperty("allOrNone").GetBoolean().ShouldBeFalse();
        asked.Parts.Select(part => part.GetProperty("method").GetString()).ShouldBe(["PATCH", "PATCH", "POST"]);
        asked.Parts.ShouldAllBe(part =>
            part.GetProperty("url").GetString() == "/services/data/v60.0/composite/sobjects"
        );
        asked.Parts.ShouldAllBe(part => !part.GetProperty("body").GetProperty("allOrNone").GetBoolean());
        Records(asked, 2)[0]
            .GetRawText()
            .ShouldBe("""{"attributes":{"type":"Lead"},"LastName":"Ng","Employees__c":1.50,"Phone":null}""");
        Records(asked, 0)[0]
            .GetRawText()
            .ShouldBe($$"""{"attributes":{"type":"Contact"},"id":"{{Say.LeadId(3)}}","Title":"CEO"}""");
    }

    [Fact]
    public async Task Assignment_rules_are_told_to_keep_still()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1)), (200, Say.Written(1)));

        await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Say.Create("Lead"), Say.Update("Lead", Say.LeadId(1))],
            Stop
        );

        var asked = salesforce.Asked.Single();
        asked.Headers["Sforce-Auto-Assign"].ShouldBe("FALSE");
        asked.Parts.ShouldAllBe(part =>
            part.GetProperty("httpHeaders").GetProperty("Sforce-Auto-Assign").GetString() == "FALSE"
        );
    }

    [Fact]
    public async Task A_refused_record_leaves_the_others_alone()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(
            200,
            $$"""
            {"compositeResponse":[{"body":[
              {"id":"{{Say.LeadId(1)}}","success":true,"errors":[]},
              {"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Company]","fields":["Company"]},
                                         {"statusCode":"INVALID_EMAIL_ADDRESS","message":"Email: invalid email address: x","fields":["Email"]}]},
              {"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access to this record","fields":[]}]},
              {"success":false,"errors":[{"statusCode":"UNKNOWN_EXCEPTION","message":"An unexpected error occurred.","fields":[]}]},
              {"id":"{{Say.LeadId(5)}}","errors":[]}
            ],"httpHeaders":{},"httpStatusCode":200,"referenceId":"part0"}]}
            """,
            ("X-Sfdc-Request-Id", "abc123")
        );

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [.. Enumerable.Repeat(Say.Create("Lead"), 5)],
            Stop
        );

        var (written, missing, locked, failed, odd) = (
            report.Results[0],
            report.Results[1],
            report.Results[2],
            report.Results[3],
            report.Results[4]
        );
        written.ShouldBe(new WriteResult(WriteStatus.Written, Say.LeadId(1), null, "abc123") { Created = true });
        missing.Status.ShouldBe(WriteStatus.Refused);
        missing.Failure!.Code.ShouldBe("REQUIRED_FIELD_MISSING");
        missing.Failure.Class.ShouldBe(FailureClass.Record);
        missing.Failure.Fields.ShouldBe(["Company", "Email"]);
        missing.Failure.Message.ShouldBe("Required fields are missing: [Company]; Email: invalid email address: x");
        missing.Failure.RequestId.ShouldBe("abc123");
        missing.Failure.WholeBatch.ShouldBeFalse();
        locked.Status.ShouldBe(WriteStatus.Refused);
        locked.Failure!.Code.ShouldBe("ROW_LOCKED");
        locked.Failure.Class.ShouldBe(FailureClass.Transient);
        failed.Status.ShouldBe(WriteStatus.Unknown);
        odd.Status.ShouldBe(WriteStatus.Unknown);
    }

    [Fact]
    public async Task Each_collection_has_an_outcome_of_its_own()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync(recordsPerCollection: 2);
        salesforce.AnswersParts(
            (
                400,
                """[{"message":"Cannot deserialize instance of date from VALUE_STRING value x","errorCode":"JSON_PARSER_ERROR"}]"""
            ),
            (200, Say.Written(2)),
            (500, """[{"message":"An unexpected error occurred.","errorCode":"UNKNOWN_EXCEPTION"}]"""),
            (200, Say.Written(1))
        );

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [.. Enumerable.Repeat(Say.Create("Lead"), 7)],
            Stop
        );

        report
            .Results.Select(result => result.Status)
            .ShouldBe([
                WriteStatus.Refused,
                WriteStatus.Refused,
                WriteStatus.Written,
                WriteStatus.Written,
                WriteStatus.Unknown,
                WriteStatus.Unknown,
                // One answer for what was the last record alone.
                WriteStatus.Written,
            ]);
        report.Results[0].Failure!.Code.ShouldBe("BAD_TYPE");
        report.Results[0].Failure!.WholeBatch.ShouldBeTrue();
        report.Results[4].Failure!.Code.ShouldBe("OUTCOME_UNKNOWN");
    }

    [Theory]
    [InlineData(400, """[{"message":"Unexpected character at [line:1, column:2]","errorCode":"JSON_PARSER_ERROR"}]""")]
    [InlineData(400, "<html>Your request was blocked.</html>")]
    [InlineData(413, "")]
    public async Task A_call_refused_for_what_stands_in_it_can_be_halved(int status, string body)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(status, body).Answers(status, body);
        RecordWrite[] writes = [Say.Create("Lead"), Say.Create("Contact")];

        var both = await salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);
        var one = await salesforce.Crm.WriteAsync(salesforce.Session, writes[..1], Stop);

        both.Results.ShouldAllBe(result => result.Status == WriteStatus.Refused && result.Failure!.WholeBatch);
        one.Results.ShouldAllBe(result => result.Status == WriteStatus.Refused && !result.Failure!.WholeBatch);
    }

    [Fact]
    public async Task Fewer_answers_than_writes_tell_nothing_about_any()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(2)));

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [.. Enumerable.Repeat(Say.Create("Lead"), 3)],
            Stop
        );

        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Unknown);
    }

    [Fact]
    public async Task A_trigger_that_fails_a_whole_chunk_is_told_from_one_that_fails_a_record()
    {
        const string thrown =
            """{"success":false,"errors":[{"statusCode":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","message":"LeadTrigger: System.NullPointerException","fields":[]}]}""";
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .AnswersParts((200, $"[{thrown},{thrown}]"))
            .AnswersParts((200, $$"""[{{thrown}},{"id":"{{Say.LeadId(1)}}","success":true,"errors":[]}]"""))
            .AnswersParts((200, $"[{thrown}]"));
        RecordWrite[] writes = [Say.Create("Lead"), Say.Create("Lead")];

        var chunk = await salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);
        var single = await salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);
        var alone = await salesforce.Crm.WriteAsync(salesforce.Session, writes[..1], Stop);

        chunk.Results.ShouldAllBe(result =>
            result.Failure!.Code == "ORG_AUTOMATION_FAILED" && result.Failure.WholeBatch
        );
        single.Results[0].Failure!.WholeBatch.ShouldBeFalse();
        alone.Results[0].Failure!.WholeBatch.ShouldBeFalse();
    }

    [Fact]
    public async Task Any_mix_of_as_many_writes_as_promised_fits_one_call()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Crm.WritesPerCall.ShouldBe(800);
        // The worst mix there is: of each kind one more than fills whole collections.
        RecordWrite[] writes =
        [
            .. Enumerable.Repeat(Say.Create("Lead"), 201),
            .. Enumerable.Repeat(Say.Create("Contact"), 200),
            .. Enumerable.Range(0, 201).Select(n => Say.Update("Lead", Say.LeadId(n))),
            .. Enumerable.Range(0, 198).Select(n => Say.Update("Contact", Say.LeadId(1000 + n))),
        ];
        salesforce.AnswersParts(
            (200, Say.Written(200)),
            (200, Say.Written(199)),
            (200, Say.Written(200)),
            (200, Say.Written(200)),
            (200, Say.Written(1))
        );

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);

        report.Calls.ShouldBe(1);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        var asked = salesforce.Asked.Single();
        asked.Parts.Length.ShouldBe(5);
        Enumerable.Range(0, 5).Sum(part => Records(asked, part).Length).ShouldBe(800);
    }

    [Fact]
    public async Task Objects_are_kept_apart_while_there_is_room()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1)), (200, Say.Written(1)));

        await salesforce.Crm.WriteAsync(salesforce.Session, [Say.Create("Lead"), Say.Create("Contact")], Stop);

        salesforce.Asked.Single().Parts.Length.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_record_is_never_twice_in_one_collection_and_its_later_write_comes_later()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(2)), (200, Say.Written(1)));
        RecordWrite[] writes =
        [
            Say.Update("Lead", "00Q5e000001N20Q", """{"Title":"first"}"""),
            Say.Update("Lead", "00Q5e000001N20QEAS", """{"Title":"second"}"""),
            Say.Update("Lead", Say.LeadId(2), """{"Title":"other"}"""),
        ];

        await salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);

        var asked = salesforce.Asked.Single();
        Records(asked, 0).Select(record => record.GetProperty("Title").GetString()).ShouldBe(["first", "other"]);
        Records(asked, 1).Select(record => record.GetProperty("Title").GetString()).ShouldBe(["second"]);
    }

    [Fact]
    public async Task Text_arrives_as_it_was()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1)));
        const string name = "O'Néil \"Zoë\" \\ 😀 \u202e <b>\t\n";
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["LastName"] = JsonSerializer.SerializeToElement(name),
        };

        await salesforce.Crm.WriteAsync(salesforce.Session, [new RecordWrite("Lead", null, fields)], Stop);

        Records(salesforce.Asked.Single(), 0)[0].GetProperty("LastName").GetString().ShouldBe(name);
    }

    [Fact]
    public async Task Nothing_to_write_is_no_call()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [], Stop);

        report.Calls.ShouldBe(0);
        salesforce.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"Id":"00Q5e000001N20QEAS"}""")]
    [InlineData("""{"attributes":{"type":"User"}}""")]
    public async Task A_field_that_would_point_at_another_record_is_refused(string fields)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();

        await Should.ThrowAsync<ArgumentException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, [Say.Update("Lead", Say.LeadId(1), fields)], Stop)
        );

        salesforce.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_writes_than_promised_are_refused()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();

        await Should.ThrowAsync<ArgumentException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, [.. Enumerable.Repeat(Say.Create("Lead"), 801)], Stop)
        );
    }

    private static JsonElement[] Records(Asked asked, int part) =>
        [.. asked.Parts[part].GetProperty("body").GetProperty("records").EnumerateArray()];
}
