using LeadSync.CrmSimulator.Faults;

namespace LeadSync.Crm.Tests;

/// <summary>Queries as a pull asks them, against the simulator's own parser.</summary>
public sealed class When_changes_are_read
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_are_followed_where_the_crm_says()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var ids = await salesforce.CreateLeadsAsync(5);
        salesforce.SetPageSize(2);
        var query = await salesforce.QueryAsync("Lead", "LastName");

        var first = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);
        var second = await salesforce.Crm.ContinueAsync(salesforce.Session, query, first.Next!, Stop);
        var last = await salesforce.Crm.ContinueAsync(salesforce.Session, query, second.Next!, Stop);

        first.Total.ShouldBe(5);
        first.Next.ShouldNotBeNull().ShouldEndWith("-2");
        last.Next.ShouldBeNull();
        RecordPage[] pages = [first, second, last];
        pages.SelectMany(page => page.Records).Select(record => record.Id).ShouldBe(ids);
        pages.ShouldAllBe(page => page.Calls == 1 && page.RequestId != null);
        first.Records[0].Fields["LastName"].GetString().ShouldBe("Ng0");
        first.Records[0].ModifiedById.ShouldBe(salesforce.Session.UserId);
        first.Records[0].Stamp.ShouldBeGreaterThanOrEqualTo(first.Records[0].ModifiedAt);
    }

    [Fact]
    public async Task The_place_after_the_last_record_continues_without_gap_or_repetition()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var ids = await salesforce.CreateLeadsAsync(7);
        var query = await salesforce.QueryAsync("Lead") with { Most = 3 };
        var read = new List<string>();

        for (var page = 0; page < 4; page++)
        {
            var answer = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);
            read.AddRange(answer.Records.Select(record => record.Id));
            if (answer.Records is [.., var last])
                query = query with { After = new ChangePosition(last.Stamp, last.Id) };
        }

        read.ShouldBe(ids);
    }

    [Fact]
    public async Task A_stamp_alone_includes_the_records_that_have_it()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        await salesforce.CreateLeadsAsync(2);
        var all = await salesforce.QueryAsync("Lead");
        var stamp = (await salesforce.Crm.QueryAsync(salesforce.Session, all, Stop)).Records[^1].Stamp;

        var from = await salesforce.Crm.QueryAsync(
            salesforce.Session,
            all with
            {
                After = new ChangePosition(stamp),
                Before = stamp.AddSeconds(1),
            },
            Stop
        );
        var before = await salesforce.Crm.QueryAsync(
            salesforce.Session,
            all with
            {
                After = new ChangePosition(stamp),
                Before = stamp,
            },
            Stop
        );

        from.Records.ShouldNotBeEmpty();
        before.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lapsed_query_says_so()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        await salesforce.CreateLeadsAsync(3);
        salesforce.SetPageSize(2);
        var query = await salesforce.QueryAsync("Lead");
        var first = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);
        salesforce.Simulator.Org.ExpireLocators();

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ContinueAsync(salesforce.Session, query, first.Next!, Stop)
        );

        thrown.Failure.Code.ShouldBe("QUERY_LAPSED");
        thrown.Failure.Class.ShouldBe(FailureClass.Transient);
        thrown.Failure.CrmCode.ShouldBe("INVALID_QUERY_LOCATOR");
    }

    [Fact]
    public async Task Deleted_and_merged_records_are_told_when_asked_for()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var ids = await salesforce.CreateLeadsAsync(3);
        await salesforce.Simulator.Org.Rep.DeleteAsync("Lead", ids[0]);
        await salesforce.Simulator.Org.Rep.MergeAsync("Lead", ids[1], ids[2]);
        var query = await salesforce.QueryAsync("Lead");

        var living = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);
        var all = await salesforce.Crm.QueryAsync(salesforce.Session, query with { DeletedToo = true }, Stop);

        living.Records.Select(record => record.Id).ShouldBe([ids[1]]);
        var found = all.Records.ToDictionary(record => record.Id, StringComparer.Ordinal);
        found[ids[0]].Deleted.ShouldBeTrue();
        found[ids[0]].MergedInto.ShouldBeNull();
        found[ids[2]].MergedInto.ShouldBe(ids[1]);
        found[ids[1]].Deleted.ShouldBeFalse();
    }

    [Theory]
    [InlineData("LastName", FieldComparison.Is, "ng1")]
    [InlineData("LastName", FieldComparison.StartsWith, "NG1")]
    [InlineData("LastName", FieldComparison.Contains, "g1")]
    [InlineData("NumberOfEmployees", FieldComparison.Is, "1")]
    [InlineData("Email", FieldComparison.Is, "ng1@x.com")]
    public async Task Only_records_that_meet_a_condition_are_read(
        string field,
        FieldComparison comparison,
        string value
    )
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var ids = await salesforce.CreateLeadsAsync(3);
        var query = await salesforce.QueryAsync("Lead") with { Where = [new(field, comparison, value)] };

        var page = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);

        page.Records.Select(record => record.Id).ShouldBe([ids[1]]);
    }

    [Fact]
    public async Task Every_comparison_and_type_is_SOQL_that_the_crm_reads()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        await salesforce.CreateLeadsAsync(1);
        var query = await salesforce.QueryAsync("Lead") with
        {
            Where =
            [
                new("LastName", FieldComparison.IsNot, "it's", @"a\b"),
                new("LastName", FieldComparison.IsNot, "100%"),
                new("Title", FieldComparison.IsEmpty),
                new("Company", FieldComparison.IsNotEmpty),
                new("NumberOfEmployees", FieldComparison.AtLeast, "-1"),
                new("NumberOfEmployees", FieldComparison.Below, "1e3"),
                new("IsConverted", FieldComparison.Is, "False"),
                new("CreatedDate", FieldComparison.Above, "2020-01-01T00:00:00+02:00"),
                new("CreatedDate", FieldComparison.AtMost, "2120-01-01T00:00:00Z"),
                new("ConvertedDate", FieldComparison.IsEmpty),
            ],
        };

        var page = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);

        page.Records.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("NumberOfEmployees", "many")]
    [InlineData("IsConverted", "perhaps")]
    [InlineData("ConvertedDate", "yesterday")]
    [InlineData("CreatedDate", "2026-07-01")]
    public async Task What_is_no_value_of_the_fields_type_is_not_asked(string field, string value)
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var query = await salesforce.QueryAsync("Lead") with { Where = [new(field, FieldComparison.Is, value)] };
        var used = salesforce.Simulator.Org.ApiCallsUsed;

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.QueryAsync(salesforce.Session, query, Stop)
        );

        thrown.Failure.Code.ShouldBe("BAD_TYPE");
        thrown.Failure.Class.ShouldBe(FailureClass.Configuration);
        thrown.Failure.Fields.ShouldBe([field]);
        salesforce.Simulator.Org.ApiCallsUsed.ShouldBe(used);
    }

    [Fact]
    public async Task A_name_that_the_schema_does_not_have_is_not_asked()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var query = await salesforce.QueryAsync("Lead");
        RecordQuery[] wrong =
        [
            query with
            {
                Fields = ["Gone__c"],
            },
            query with
            {
                Where = [new("Id FROM User", FieldComparison.IsEmpty)],
            },
        ];

        foreach (var one in wrong)
        {
            var thrown = await Should.ThrowAsync<CrmException>(() =>
                salesforce.Crm.QueryAsync(salesforce.Session, one, Stop)
            );
            thrown.Failure.Code.ShouldBe("SCHEMA_CHANGED");
        }
    }

    [Fact]
    public async Task A_query_too_long_for_an_address_is_one_call_all_the_same()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var ids = await salesforce.CreateLeadsAsync(2);
        string[] emails = [.. Enumerable.Range(0, 1_000).Select(n => $"ng{n}@x.com")];
        var query = await salesforce.QueryAsync("Lead") with { Where = [new("Email", FieldComparison.Is, emails)] };

        var page = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);

        page.Records.Select(record => record.Id).ShouldBe(ids);
        page.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_query_longer_than_the_crm_reads_is_not_asked()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        string[] emails = [.. Enumerable.Range(0, 10_000).Select(n => $"ng{n}@x.com")];
        var query = await salesforce.QueryAsync("Lead") with { Where = [new("Email", FieldComparison.Is, emails)] };

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.QueryAsync(salesforce.Session, query, Stop)
        );

        thrown.Failure.CrmCode.ShouldBe("QUERY_TOO_COMPLICATED");
        thrown.Failure.Cause.ShouldContain("too long");
    }

    [Fact]
    public async Task A_session_that_ends_between_pages_is_renewed()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        await salesforce.CreateLeadsAsync(3);
        salesforce.SetPageSize(2);
        var query = await salesforce.QueryAsync("Lead");
        var first = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);
        salesforce.Simulator.Faults.Put(new FaultRule { Kind = FaultKind.ExpiredSession, Count = 1 });

        var second = await salesforce.Crm.ContinueAsync(salesforce.Session, query, first.Next!, Stop);

        second.Records.Count.ShouldBe(1);
        second.Calls.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"totalSize":3,"done":false,"records":[]}""")]
    [InlineData("""{"totalSize":3,"done":false,"nextRecordsUrl":"https://evil.example/services/data/","records":[]}""")]
    [InlineData("""{"totalSize":3,"done":true}""")]
    [InlineData("""{"totalSize":1,"done":true,"records":[{"Id":"00Q"}]}""")]
    [InlineData("""[]""")]
    public async Task An_answer_that_may_be_incomplete_is_not_taken_for_all(string body)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, body);

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.QueryAsync(salesforce.Session, new RecordQuery(Say.LeadSchema, []), Stop)
        );

        thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
    }

    [Theory]
    [InlineData("https://evil.example/services/data/v60.0/query/01g")]
    [InlineData("//evil.example/services/data/v60.0/query/01g")]
    [InlineData("")]
    public async Task Nothing_but_a_place_on_the_same_host_is_followed(string next)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();

        await Should.ThrowAsync<ArgumentException>(() =>
            salesforce.Crm.ContinueAsync(salesforce.Session, new RecordQuery(Say.LeadSchema, []), next, Stop)
        );

        salesforce.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Records_are_read_by_their_ids()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var ids = await salesforce.CreateLeadsAsync(3);
        await salesforce.Simulator.Org.Rep.DeleteAsync("Lead", ids[1]);
        var schema = await salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop);

        var found = await salesforce.Crm.ReadAsync(
            salesforce.Session,
            schema,
            [ids[2][..15], ids[0], ids[1], Say.LeadId(99_999), "none"],
            ["lastname"],
            Stop
        );

        found.Records.Select(record => record.Id).ShouldBe([ids[2], ids[0]]);
        found.Records[0].Fields["LastName"].GetString().ShouldBe("Ng2");
        found.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task Fewer_records_than_ids_tell_nothing()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, $"[{Say.Lead(1)}]");

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadAsync(
                salesforce.Session,
                Say.LeadSchema,
                [Say.LeadId(1), Say.LeadId(2)],
                ["LastName"],
                Stop
            )
        );

        thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
    }

    [Fact]
    public async Task The_objects_are_listed_as_the_user_may_see_them()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();

        var objects = await salesforce.Crm.ListObjectsAsync(salesforce.Session, Stop);

        var lead = objects.Single(one => one.Object == "Lead");
        lead.Label.ShouldBe("Lead");
        lead.Queryable.ShouldBeTrue();
        lead.Createable.ShouldBeTrue();
        lead.Custom.ShouldBeFalse();
        objects.ShouldContain(one => one.Object == "Contact");
    }
}
