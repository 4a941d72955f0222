using System.Text.Json;

namespace LeadSync.Crm.Tests;

/// <summary>
/// Salesforce replaces <c>@{part.path}</c> in a composite call, also in what a person typed, and knows no escape for it.
/// </summary>
public sealed class When_a_text_looks_like_a_reference
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly RecordWrite Ordinary = Say.Create("Lead");
    private static readonly RecordWrite Odd = Say.Create("Lead", """{"LastName":"@{part0[0].id}"}""");

    [Theory]
    [InlineData("""{"LastName":"@{part0[0].id}"}""")]
    [InlineData("""{"LastName":"\u0040{part0[0].id}"}""")]
    [InlineData("""{"LastName":"@\u007Bpart0[0].id}"}""")]
    [InlineData("""{"LastName":"a@\u007bb"}""")]
    public async Task It_goes_outside_the_composite(string fields)
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1))).Answers(200, Say.Written(1, first: 2));

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Say.Create("Lead", fields), Ordinary], Stop);

        report.Results.Select(result => result.RecordId).ShouldBe([Say.LeadId(2), Say.LeadId(1)]);
        report.Calls.ShouldBe(2);
        salesforce.Asked[0].Path.ShouldEndWith("/composite");
        salesforce.Asked[0].Body.ShouldNotContain("part0[0].id");
        var alone = salesforce.Asked[1];
        alone.Method.ShouldBe("POST");
        alone.Path.ShouldBe("/services/data/v60.0/composite/sobjects");
        alone.Headers["Sforce-Auto-Assign"].ShouldBe("FALSE");
        var sent = alone.Json.GetProperty("records")[0].GetProperty("LastName").GetString();
        sent.ShouldBe(JsonDocument.Parse(fields).RootElement.GetProperty("LastName").GetString());
    }

    [Fact]
    public async Task An_address_or_a_brace_alone_is_ordinary()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1)));

        await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Say.Create("Lead", """{"Email":"a@x.com","LastName":"{}"}""")],
            Stop
        );

        salesforce.Asked.Single().Path.ShouldEndWith("/composite");
    }

    [Fact]
    public async Task Alone_it_is_refused_as_any_call_is()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Session.CallsAllowed = 0;

        await Should.ThrowAsync<LeaseLostException>(() => salesforce.Crm.WriteAsync(salesforce.Session, [Odd], Stop));
    }

    [Fact]
    public async Task What_was_written_before_is_told_when_its_own_call_is_stopped()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1)));
        salesforce.Session.CallsAllowed = 1;

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Ordinary, Odd, Say.Update("Lead", Say.LeadId(3), """{"Title":"@{"}""")],
            Stop
        );

        report
            .Results.Select(result => result.Status)
            .ShouldBe([WriteStatus.Written, WriteStatus.Refused, WriteStatus.Refused]);
        report.Results[1].Failure!.Class.ShouldBe(FailureClass.Transient);
        report.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_written_before_is_told_when_its_own_answer_is_lost()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1))).Resets();

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Ordinary, Odd], Stop);

        report.Results.Select(result => result.Status).ShouldBe([WriteStatus.Written, WriteStatus.Unknown]);
    }

    [Fact]
    public async Task What_was_written_before_is_told_when_the_caller_gives_up()
    {
        using var cancelled = new CancellationTokenSource();
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(1))).NeverAnswers(onceAsked: cancelled.Cancel);

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Ordinary, Odd], cancelled.Token);

        report.Results.Select(result => result.Status).ShouldBe([WriteStatus.Written, WriteStatus.Unknown]);
    }
}
