namespace LeadSync.Crm.Tests;

public sealed class When_deletions_are_read
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly DateTimeOffset From = new(2026, 7, 1, 12, 0, 30, TimeSpan.FromHours(2));

    [Fact]
    public async Task The_deleted_of_a_stretch_of_time_are_told_with_how_far_it_is_covered()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(
            200,
            $$"""
            {"deletedRecords":[{"id":"{{Say.LeadId(1)}}","deletedDate":"2026-07-01T10:05:00.000+0000"}],
             "earliestDateAvailable":"2026-06-20T00:00:00.000+0000","latestDateCovered":"2026-07-01T10:10:00.000+0000"}
            """,
            ("X-Sfdc-Request-Id", "abc123")
        );

        var deleted = await salesforce.Crm.ReadDeletedAsync(
            salesforce.Session,
            "Lead",
            From,
            From.AddMinutes(10),
            Stop
        );

        salesforce
            .Asked.Single()
            .Path.ShouldBe(
                "/services/data/v60.0/sobjects/Lead/deleted/?start=2026-07-01T10:00:30%2B00:00&end=2026-07-01T10:10:30%2B00:00"
            );
        deleted.Records.ShouldBe([new DeletedRecord(Say.LeadId(1), new(2026, 7, 1, 10, 5, 0, TimeSpan.Zero))]);
        deleted.EarliestAvailable.ShouldBe(new(2026, 6, 20, 0, 0, 0, TimeSpan.Zero));
        deleted.CoveredUntil.ShouldBe(new(2026, 7, 1, 10, 10, 0, TimeSpan.Zero));
        deleted.Calls.ShouldBe(1);
        deleted.RequestId.ShouldBe("abc123");
    }

    [Fact]
    public async Task The_changed_of_a_stretch_of_time_are_told_with_how_far_it_is_covered()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(
            200,
            $$"""{"ids":["{{Say.LeadId(1)[..15]}}","{{Say.LeadId(1)}}","{{Say.LeadId(2)}}"],"latestDateCovered":"2026-07-01T10:10:00.000+0000"}"""
        );

        var changed = await salesforce.Crm.ReadChangedAsync(
            salesforce.Session,
            "Lead",
            From,
            From.AddMinutes(10),
            Stop
        );

        salesforce.Asked.Single().Path.ShouldStartWith("/services/data/v60.0/sobjects/Lead/updated/?start=");
        changed.RecordIds.ShouldBe([Say.LeadId(1), Say.LeadId(2)]);
        changed.CoveredUntil.ShouldBe(new(2026, 7, 1, 10, 10, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("INVALID_REPLICATION_DATE")]
    [InlineData("EXCEEDED_ID_LIMIT")]
    public async Task What_the_crm_does_not_tell_is_known(string code)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(400, $$"""[{"message":"no","errorCode":"{{code}}"}]""");

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadDeletedAsync(salesforce.Session, "Lead", From, From.AddDays(20), Stop)
        );

        thrown.Failure.Code.ShouldBe("CHANGES_NOT_TOLD");
        thrown.Failure.CrmCode.ShouldBe(code);
    }

    [Theory]
    [InlineData(
        """{"deletedRecords":[{"id":"x","deletedDate":"2026-07-01T10:05:00.000+0000"}],"earliestDateAvailable":"2026-06-20T00:00:00.000+0000","latestDateCovered":"2026-07-01T10:10:00.000+0000"}"""
    )]
    [InlineData("""{"deletedRecords":[],"earliestDateAvailable":"2026-06-20T00:00:00.000+0000"}""")]
    [InlineData(
        """{"deletedRecords":[],"earliestDateAvailable":"long ago","latestDateCovered":"2026-07-01T10:10:00.000+0000"}"""
    )]
    public async Task An_answer_that_cannot_be_read_is_not_taken_for_nothing(string body)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, body);

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadDeletedAsync(salesforce.Session, "Lead", From, From.AddDays(1), Stop)
        );

        thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
    }
}
