namespace LeadSync.Crm.Tests;

/// <summary>Whether a write may have happened is the one thing that must never be guessed wrong.</summary>
public sealed class When_an_answer_is_lost
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly RecordWrite[] TwoWrites = [Say.Create("Lead"), Say.Update("Lead", Say.LeadId(7))];

    [Fact]
    public async Task A_connection_reset_after_sending_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce => salesforce.Resets());

    [Fact]
    public async Task An_answer_that_breaks_off_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce => salesforce.BreaksOff("""{"compositeResponse":[{"body":[{"id":"""));

    [Fact]
    public async Task An_answer_of_half_a_json_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce => salesforce.Answers(200, """{"compositeResponse":[{"body":[{"""));

    [Fact]
    public async Task An_answer_of_another_shape_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce => salesforce.Answers(200, """{"hello":"world"}"""));

    [Fact]
    public async Task A_maintenance_page_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce => salesforce.AnswersHtml(503));

    [Fact]
    public async Task A_page_of_a_proxy_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce => salesforce.AnswersHtml(200));

    [Fact]
    public async Task A_fault_inside_salesforce_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce =>
            salesforce.Answers(500, """[{"message":"An unexpected error occurred.","errorCode":"UNKNOWN_EXCEPTION"}]""")
        );

    [Fact]
    public async Task Silence_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce => salesforce.NeverAnswers(), timeoutSeconds: 3);

    [Fact]
    public async Task An_answer_that_drips_for_ever_leaves_the_writes_unknown() =>
        await WritesAreUnknownAfter(salesforce => salesforce.Drips(), timeoutSeconds: 3);

    [Fact]
    public async Task A_read_that_drips_for_ever_has_timed_out()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync(timeoutSeconds: 1);
        salesforce.Drips();

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadUsageAsync(salesforce.Session, Stop)
        );

        thrown.Failure.Code.ShouldBe("TIMEOUT");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(10_000)]
    public async Task An_answer_of_another_length_than_announced_leaves_the_writes_unknown(int length)
    {
        var good =
            $$"""{"compositeResponse":[{"body":{{Say.Written(1)}},"httpHeaders":{},"httpStatusCode":200,"referenceId":"part0"}]}""";
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        await using var raw = RawServer.Answering(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{good}"
        );
        salesforce.Session.Host = raw.Url;

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Say.Create("Lead")], Stop);

        report.Results.Single().Status.ShouldBe(WriteStatus.Unknown);
        report.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_no_HTTP_leaves_the_writes_unknown()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        await using var raw = RawServer.Answering("SSH-2.0-OpenSSH_9.2p1\r\n");
        salesforce.Session.Host = raw.Url;

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Say.Create("Lead")], Stop);

        report.Results.Single().Status.ShouldBe(WriteStatus.Unknown);
    }

    [Fact]
    public async Task A_connection_in_use_that_is_reset_does_not_make_the_write_go_out_twice()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1))).Resets();
        RecordWrite[] one = [Say.Create("Lead")];
        await salesforce.Crm.WriteAsync(salesforce.Session, one, Stop);

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, one, Stop);

        report.Results.Single().Status.ShouldBe(WriteStatus.Unknown);
        salesforce.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_connection_is_certain_not_to_have_written()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        await salesforce.GoesAwayAsync();

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, TwoWrites, Stop)
        );

        thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
        thrown.Failure.Class.ShouldBe(FailureClass.Transient);
    }

    [Fact]
    public async Task A_call_that_its_owner_stops_is_never_sent()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Session.CallsAllowed = 0;

        await Should.ThrowAsync<LeaseLostException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, TwoWrites, Stop)
        );

        salesforce.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_refused_as_a_whole_is_certain_not_to_have_written()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(
            403,
            """[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]""",
            ("X-Sfdc-Request-Id", "abc123")
        );

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, TwoWrites, Stop)
        );

        thrown.Failure.Code.ShouldBe("LIMIT_DAILY");
        thrown.Failure.Class.ShouldBe(FailureClass.Budget);
        thrown.Failure.RequestId.ShouldBe("abc123");
    }

    [Fact]
    public async Task A_read_can_simply_be_repeated()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Resets().AnswersHtml(503).Answers(200, "{").AnswersHtml(200);

        for (var attempt = 0; attempt < 4; attempt++)
        {
            var thrown = await Should.ThrowAsync<CrmException>(() =>
                salesforce.Crm.FindAsync(salesforce.Session, Say.Leads("a@x.com"), Stop)
            );
            thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
            thrown.Failure.Class.ShouldBe(FailureClass.Transient);
        }
    }

    [Fact]
    public async Task A_slow_read_has_timed_out()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync(timeoutSeconds: 1);
        salesforce.NeverAnswers();

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadUsageAsync(salesforce.Session, Stop)
        );

        thrown.Failure.Code.ShouldBe("TIMEOUT");
    }

    [Fact]
    public async Task A_caller_that_gives_up_hears_of_its_own_cancellation()
    {
        using var cancelled = new CancellationTokenSource();
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.NeverAnswers(onceAsked: cancelled.Cancel);

        await Should.ThrowAsync<OperationCanceledException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, TwoWrites, cancelled.Token)
        );
    }

    [Fact]
    public async Task A_collection_that_was_not_answered_leaves_only_its_own_writes_unknown()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1, first: 7)));

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, TwoWrites, Stop);

        report.Results.Select(result => result.Status).ShouldBe([WriteStatus.Unknown, WriteStatus.Written]);
    }

    private static async Task WritesAreUnknownAfter(
        Func<ScriptedSalesforce, ScriptedSalesforce> fault,
        int timeoutSeconds = 60
    )
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync(timeoutSeconds);
        fault(salesforce);

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, TwoWrites, Stop);

        report.Results.Count.ShouldBe(2);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Unknown);
        report.Results.ShouldAllBe(result => result.Failure!.Code == "OUTCOME_UNKNOWN");
        report.Results.ShouldAllBe(result => result.Failure!.Class == FailureClass.UnknownOutcome);
        report.Calls.ShouldBe(1);
        salesforce.Asked.Count.ShouldBe(1);
    }
}
