using LeadSync.CrmSimulator.Faults;

namespace LeadSync.Crm.Tests;

public sealed class When_an_update_is_guarded
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly (string, object) Together = ("Salesforce:GuardInComposite", true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_person_has_edited_since_stays_whether_or_not_composites_heed_conditions(bool heeded)
    {
        var (result, title) = await WriteAfterAnEditAsync(heeded);

        result.Status.ShouldBe(WriteStatus.Refused);
        result.Failure!.Code.ShouldBe("RECORD_CHANGED");
        title.ShouldBe("Edited by hand");
    }

    /// <summary>Why they are not trusted unless the setting says so: nothing tells that the edit is gone.</summary>
    [Theory]
    [InlineData(true, "Edited by hand")]
    [InlineData(false, "CEO")]
    public async Task Trusted_composites_keep_the_edit_only_where_they_heed_conditions(bool heeded, string expected)
    {
        var (result, title) = await WriteAfterAnEditAsync(heeded, Together);

        result.Status.ShouldBe(heeded ? WriteStatus.Refused : WriteStatus.Written);
        title.ShouldBe(expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_record_that_nobody_touched_is_written_and_one_that_somebody_did_is_not(bool inComposite)
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync(("Salesforce:GuardInComposite", inComposite));
        var ids = await salesforce.CreateLeadsAsync(3);
        var stamps = await salesforce.StampsAsync();
        var used = salesforce.Simulator.Org.ApiCallsUsed;

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [
                Guarded(ids[0], stamps[ids[0]]),
                // As if it had been read long before somebody changed it.
                Guarded(ids[1], stamps[ids[1]].AddMinutes(-1)),
                Say.Update("Lead", ids[2]),
            ],
            Stop
        );

        var (kept, changed, unguarded) = (report.Results[0], report.Results[1], report.Results[2]);
        kept.Status.ShouldBe(WriteStatus.Written);
        kept.RecordId.ShouldBe(ids[0]);
        changed.Status.ShouldBe(WriteStatus.Refused);
        changed.Failure!.Code.ShouldBe("RECORD_CHANGED");
        changed.Failure.Class.ShouldBe(FailureClass.Transient);
        changed.Failure.RequestId.ShouldNotBeNull();
        unguarded.Status.ShouldBe(WriteStatus.Written);
        salesforce.Simulator.Org.Get("Lead", ids[0])!["Title"].ShouldBe("CEO");
        salesforce.Simulator.Org.Get("Lead", ids[1])!["Title"].ShouldBeNull();
        report.Calls.ShouldBe(inComposite ? 1 : 3);
        salesforce.Simulator.Org.ApiCallsUsed.ShouldBe(used + report.Calls);
    }

    [Fact]
    public async Task Twenty_five_go_in_a_call()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync(Together);
        var ids = await salesforce.CreateLeadsAsync(60);
        var stamps = await salesforce.StampsAsync();

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [.. ids.Select(id => Guarded(id, stamps[id]))],
            Stop
        );

        report.Calls.ShouldBe(3);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
    }

    [Fact]
    public async Task They_fill_the_room_that_collections_leave()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync(Together);
        var ids = await salesforce.CreateLeadsAsync(24);
        var stamps = await salesforce.StampsAsync();
        RecordWrite[] writes =
        [
            Say.Create("Contact", """{"LastName":"Ng"}"""),
            .. ids.Select(id => Guarded(id, stamps[id])),
        ];

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);

        report.Calls.ShouldBe(1);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        report.Results.Select(result => result.Created).ShouldBe([true, .. ids.Select(_ => false)]);
    }

    [Fact]
    public async Task Each_is_asked_with_its_condition_and_with_assignment_rules_off()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync(guardInComposite: true);
        salesforce.AnswersParts((204, "null"));
        var since = new DateTimeOffset(2026, 7, 1, 12, 0, 5, 900, TimeSpan.FromHours(2));

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Guarded(Say.LeadId(1), since)], Stop);

        report.Results.Single().Status.ShouldBe(WriteStatus.Written);
        var part = salesforce.Asked.Single().Parts.Single();
        part.GetProperty("method").GetString().ShouldBe("PATCH");
        part.GetProperty("url").GetString().ShouldBe($"/services/data/v60.0/sobjects/Lead/{Say.LeadId(1)}");
        part.GetProperty("body").GetRawText().ShouldBe("""{"Title":"CEO"}""");
        var headers = part.GetProperty("httpHeaders");
        headers.GetProperty("If-Unmodified-Since").GetString().ShouldBe("Wed, 01 Jul 2026 10:00:05 GMT");
        headers.GetProperty("Sforce-Auto-Assign").GetString().ShouldBe("FALSE");
    }

    [Fact]
    public async Task A_text_that_looks_like_a_reference_goes_alone_with_its_condition()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var id = (await salesforce.CreateLeadsAsync(1)).Single();
        var stamps = await salesforce.StampsAsync();
        const string fields = """{"Title":"@{part0.id}"}""";
        var early = Say.Update("Lead", id, fields) with { UnmodifiedSince = stamps[id].AddMinutes(-1) };

        var refused = await salesforce.Crm.WriteAsync(salesforce.Session, [early], Stop);
        var written = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [early with { UnmodifiedSince = stamps[id] }],
            Stop
        );

        refused.Results.Single().Failure!.Code.ShouldBe("RECORD_CHANGED");
        written.Results.Single().Status.ShouldBe(WriteStatus.Written);
        salesforce.Simulator.Org.Get("Lead", id)!["Title"].ShouldBe("@{part0.id}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_wrong_with_the_record_is_told_of_the_record(bool inComposite)
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync(("Salesforce:GuardInComposite", inComposite));
        var ids = await salesforce.CreateLeadsAsync(3);
        var stamps = await salesforce.StampsAsync();
        await salesforce.Simulator.Org.Rep.DeleteAsync("Lead", ids[0]);
        await salesforce.Simulator.Org.Rep.ConvertAsync(ids[1]);

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [
                Guarded(ids[0], stamps[ids[0]]),
                Guarded(ids[1], DateTimeOffset.MaxValue),
                Guarded(ids[2], stamps[ids[2]], """{"Email":"none"}"""),
                Guarded(Say.LeadId(99_999), stamps[ids[2]]),
            ],
            Stop
        );

        report
            .Results.Select(result => result.Failure?.Code)
            .ShouldBe(["RECORD_DELETED", "RECORD_CONVERTED", "INVALID_EMAIL", "RECORD_DELETED"]);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Refused);
    }

    [Theory]
    [InlineData(true, FaultKind.DropAnswer)]
    [InlineData(false, FaultKind.DropAnswer)]
    [InlineData(false, FaultKind.Unavailable)]
    public async Task A_lost_answer_leaves_it_open(bool inComposite, FaultKind fault)
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync(("Salesforce:GuardInComposite", inComposite));
        var id = (await salesforce.CreateLeadsAsync(1)).Single();
        var stamps = await salesforce.StampsAsync();
        salesforce.Simulator.Faults.Put(new FaultRule { Kind = fault, Count = 1 });

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Guarded(id, stamps[id])], Stop);

        report.Results.Single().Status.ShouldBe(WriteStatus.Unknown);
    }

    [Theory]
    [InlineData(200, "<html>Please log in</html>")]
    [InlineData(200, """{"hello":"world"}""")]
    [InlineData(201, "[]")]
    public async Task A_success_that_says_something_is_not_Salesforces(int status, string body)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(status, body);

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Guarded(Say.LeadId(1), DateTimeOffset.UnixEpoch)],
            Stop
        );

        report.Results.Single().Status.ShouldBe(WriteStatus.Unknown);
    }

    [Fact]
    public async Task A_refusal_of_us_stops_what_follows_and_is_of_no_record()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        const string spent = """[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]""";
        RecordWrite[] two =
        [
            Guarded(Say.LeadId(1), DateTimeOffset.UnixEpoch),
            Guarded(Say.LeadId(2), DateTimeOffset.UnixEpoch),
        ];

        salesforce.Answers(403, spent);
        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, two, Stop)
        );
        salesforce.AnswersNothing(204).Answers(403, spent);
        var report = await salesforce.Crm.WriteAsync(salesforce.Session, two, Stop);

        thrown.Failure.Class.ShouldBe(FailureClass.Budget);
        report.Results.Select(result => result.Status).ShouldBe([WriteStatus.Written, WriteStatus.Refused]);
        report.Results[1].Failure!.Class.ShouldBe(FailureClass.Budget);
        salesforce.Asked.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Only_the_update_of_a_record_can_be()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();

        await Should.ThrowAsync<ArgumentException>(() =>
            salesforce.Crm.WriteAsync(
                salesforce.Session,
                [Say.Create("Lead") with { UnmodifiedSince = DateTimeOffset.UnixEpoch }],
                Stop
            )
        );

        salesforce.Asked.ShouldBeEmpty();
    }

    /// <summary>Reads a lead, has a person edit it, and writes what was decided by what was read.</summary>
    private static async Task<(WriteResult Result, object? Title)> WriteAfterAnEditAsync(
        bool heeded,
        params (string, object)[] settings
    )
    {
        var clock = new OrgClock();
        await using var salesforce = await SimulatedSalesforce.StartAsync(clock, settings);
        salesforce.Change(org => org with { CompositeHeedsConditions = heeded });
        var id = (await salesforce.CreateLeadsAsync(1)).Single();
        var read = (await salesforce.StampsAsync())[id];
        clock.Now += TimeSpan.FromSeconds(1);
        await salesforce.Simulator.Org.Rep.EditAsync("Lead", id, new { Title = "Edited by hand" });

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Guarded(id, read)], Stop);

        return (report.Results.Single(), salesforce.Simulator.Org.Get("Lead", id)!["Title"]);
    }

    private static RecordWrite Guarded(string id, DateTimeOffset since, string fields = """{"Title":"CEO"}""") =>
        Say.Update("Lead", id, fields) with
        {
            UnmodifiedSince = since,
        };
}
