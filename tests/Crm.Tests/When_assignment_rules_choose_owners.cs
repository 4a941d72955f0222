using LeadSync.CrmSimulator.Data;

namespace LeadSync.Crm.Tests;

public sealed class When_assignment_rules_choose_owners
{
    private const string Header = "Sforce-Auto-Assign";
    private const string RuleId = "01Q5e000000AbCdEAK";
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_write_of_one_call_says_for_itself_whether_they_do()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts([.. Enumerable.Range(1, 4).Select(n => (200, Say.Written(1, n)))]);

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Assigned(null), Say.Update("Lead", Say.LeadId(9)), Say.Create("Lead"), Assigned(RuleId[..15])],
            Stop
        );

        report.Calls.ShouldBe(1);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        var asked = salesforce.Asked.Single();
        // What an org that obeys the call alone would do to everybody's records.
        asked.Headers[Header].ShouldBe("FALSE");
        asked
            .Parts.Select(part =>
                (
                    part.GetProperty("method").GetString(),
                    part.GetProperty("httpHeaders").GetProperty(Header).GetString()
                )
            )
            .ShouldBe([("PATCH", "FALSE"), ("POST", "TRUE"), ("POST", "FALSE"), ("POST", RuleId)]);
    }

    [Fact]
    public async Task A_call_of_nothing_else_says_so_as_a_whole()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts((200, Say.Written(2)));

        await salesforce.Crm.WriteAsync(salesforce.Session, [Assigned(null), Assigned(null)], Stop);

        var asked = salesforce.Asked.Single();
        asked.Headers[Header].ShouldBe("TRUE");
        asked.Parts.Single().GetProperty("httpHeaders").GetProperty(Header).GetString().ShouldBe("TRUE");
    }

    [Fact]
    public async Task A_create_that_goes_alone_says_so_too()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, Say.Written(1));

        await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Assigned(RuleId, """{"LastName":"@{x}","Company":"Acme"}""")],
            Stop
        );

        salesforce.Asked.Single().Headers[Header].ShouldBe(RuleId);
    }

    [Fact]
    public async Task A_create_that_is_repeated_to_learn_its_duplicates_says_so_again()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersParts(
            (
                200,
                """[{"success":false,"errors":[{"statusCode":"DUPLICATES_DETECTED","message":"Use one of these","fields":[]}]}]"""
            )
        );
        salesforce.Answers(400, """[{"errorCode":"DUPLICATES_DETECTED","message":"Use one of these"}]""");

        await salesforce.Crm.WriteAsync(salesforce.Session, [Assigned(null)], Stop);

        salesforce.Asked.Select(asked => asked.Headers[Header]).ShouldBe(["TRUE", "TRUE"]);
    }

    [Fact]
    public async Task Nobodys_record_changes_hands_by_them()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        var update = Say.Update("Lead", Say.LeadId(1)) with { Assignment = new Assignment() };
        var upsert = Assigned(null) with { Key = new ExternalKey("Ext__c", "1") };

        foreach (var write in new[] { update, upsert })
        {
            await Should.ThrowAsync<ArgumentException>(() =>
                salesforce.Crm.WriteAsync(salesforce.Session, [write], Stop)
            );
        }
        salesforce.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_org_gives_the_new_leads_away_and_leaves_those_that_are_there()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var org = salesforce.Simulator.Org;
        var there = (await salesforce.CreateLeadsAsync(1)).Single();
        org.Setup = org.Setup with
        {
            AssignmentRules =
            [
                new AssignmentRule("Active", [new AssignmentEntry("Inbound_leads")]),
                new AssignmentRule("Named", [new AssignmentEntry(org.Setup.Users[1].Username)], IsActive: false),
            ],
        };
        var named = RuleOf(org, 2);

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Assigned(null), Assigned(named), Say.Create("Lead"), Say.Update("Lead", there)],
            Stop
        );

        report.Calls.ShouldBe(1);
        report
            .Results.Select(result => org.Get("Lead", result.RecordId!)!["OwnerId"])
            .ShouldBe([org.QueueId, org.RepUserId, org.IntegrationUserId, org.IntegrationUserId]);
    }

    private static RecordWrite Assigned(
        string? ruleId,
        string fields = """{"LastName":"Ng","Company":"Acme","Email":"a@x.com"}"""
    ) => Say.Create("Lead", fields) with { Assignment = new Assignment(ruleId) };

    private static string RuleOf(Org org, int number) =>
        org.Records("AssignmentRule").OrderBy(rule => rule.Id, StringComparer.Ordinal).ElementAt(number - 1).Id;
}
