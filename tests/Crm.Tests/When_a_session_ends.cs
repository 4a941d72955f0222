namespace LeadSync.Crm.Tests;

public sealed class When_a_session_ends
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_renewed_and_the_call_repeated_once()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(401, Say.SessionEnded).AnswersParts((200, Say.Written(1)));

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Say.Create("Lead")], Stop);

        report.Results.Single().Status.ShouldBe(WriteStatus.Written);
        report.Calls.ShouldBe(2);
        salesforce.Session.Refused.ShouldBe(["first"]);
        salesforce.Asked.Select(asked => asked.Headers["Authorization"]).ShouldBe(["Bearer first", "Bearer second"]);
        salesforce.Asked[1].Body.ShouldBe(salesforce.Asked[0].Body);
        salesforce.Session.CallsBegun.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_session_that_is_refused_too_needs_a_person()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(401, Say.SessionEnded).Answers(401, Say.SessionEnded);

        var refused = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadUsageAsync(salesforce.Session, Stop)
        );

        refused.Failure.Code.ShouldBe("AUTH_REVOKED");
        refused.Failure.Class.ShouldBe(FailureClass.Session);
        salesforce.Asked.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("This session is not valid for use with the REST API")]
    [InlineData("Connected app is not attached to Agent")]
    public async Task A_session_of_the_wrong_kind_is_not_renewed(string message)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(401, $$"""[{"message":"{{message}}","errorCode":"INVALID_SESSION_ID"}]""");

        var refused = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadUsageAsync(salesforce.Session, Stop)
        );

        refused.Failure.Code.ShouldBe("SCOPE_MISSING");
        salesforce.Session.Refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_stops_the_repetition_comes_through()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(401, Say.SessionEnded);
        salesforce.Session.CallsAllowed = 1;

        await Should.ThrowAsync<LeaseLostException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, [Say.Create("Lead")], Stop)
        );

        salesforce.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Neither_token_nor_values_are_in_what_is_thrown()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .Answers(401, Say.SessionEnded)
            .Answers(403, """[{"message":"No access to Ng","errorCode":"INSUFFICIENT_ACCESS"}]""");

        var refused = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.WriteAsync(salesforce.Session, [Say.Create("Lead")], Stop)
        );

        refused.ToString().ShouldNotContain("Ng");
        refused.ToString().ShouldNotContain("second");
        refused.ToString().ShouldNotContain("first");
    }
}
