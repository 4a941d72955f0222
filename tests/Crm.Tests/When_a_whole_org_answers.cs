using System.Text.Json;
using LeadSync.CrmSimulator.Faults;

namespace LeadSync.Crm.Tests;

/// <summary>The client against the simulator, which shares no code with it.</summary>
public sealed class When_a_whole_org_answers
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_lead_is_described()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();

        var schema = await salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop);

        schema.Createable.ShouldBeTrue();
        schema
            .Fields.Where(field => field.RequiredOnCreate)
            .Select(field => field.Name)
            .ShouldBe(["LastName", "Company"], ignoreOrder: true);
        schema.Fields.Single(field => field.Name == "Status").DefaultValue.ShouldBe("Open - Not Contacted");
        schema.Fields.Single(field => field.Name == "Email").Length.ShouldBe(80);
    }

    [Fact]
    public async Task What_is_created_is_found_and_updated()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var (crm, session) = (salesforce.Crm, salesforce.Session);
        var created = await crm.WriteAsync(session, [Lead("ann@x.com"), Contact("ann@x.com")], Stop);
        created.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        var leadId = created.Results[0].RecordId!;

        var updated = await crm.WriteAsync(session, [Say.Update("Lead", leadId[..15])], Stop);
        var found = await crm.FindAsync(
            session,
            new Search([
                new ObjectSearch("Lead", [leadId], ["ANN@x.com"], ["Title", "Phone"]),
                new ObjectSearch("Contact", [], ["ann@x.com"], []),
            ]),
            Stop
        );

        updated.Results.Single().RecordId.ShouldBe(leadId);
        found.Calls.ShouldBe(1);
        found.Records.Count.ShouldBe(2);
        var lead = found.Records.Single(record => record.Object == "Lead");
        lead.Id.ShouldBe(leadId);
        lead.Email.ShouldBe("ann@x.com");
        lead.Fields["Title"].GetString().ShouldBe("CEO");
        lead.Fields["Phone"].ValueKind.ShouldBe(JsonValueKind.Null);
        lead.CreatedById.ShouldBe(session.UserId);
        (found.ServerTime - lead.CreatedAt).ShouldBeInRange(TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
        session.Usage!.Used.ShouldBe(salesforce.Simulator.Org.ApiCallsUsed);
    }

    [Fact]
    public async Task Bad_records_are_refused_beside_good_ones()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.LockRow,
                Match = new FaultMatch { Kind = "create" },
                Records = [6],
            }
        );

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [
                Lead("a@x.com"),
                Say.Create("Lead", """{"LastName":"Ng"}"""),
                Lead("not an address"),
                Say.Create("Lead", $$"""{"LastName":"{{new string('x', 81)}}","Company":"Acme"}"""),
                Say.Create("Lead", """{"LastName":"Ng","Company":"Acme","Gone__c":1}"""),
                Lead("locked@x.com"),
                Say.Update("Lead", Say.LeadId(1)),
                Lead("b@x.com"),
            ],
            Stop
        );

        report
            .Results.Take(6)
            .Select(result => result.Failure?.Code)
            .ShouldBe([null, "REQUIRED_FIELD_MISSING", "INVALID_EMAIL", "TOO_LONG", "SCHEMA_CHANGED", "ROW_LOCKED"]);
        report.Results[1].Failure!.Fields.ShouldBe(["Company"]);
        report.Results[6].Status.ShouldBe(WriteStatus.Refused);
        report.Results[7].Status.ShouldBe(WriteStatus.Written);
        salesforce.Simulator.Org.Records("Lead").Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_converted_lead_is_found_with_its_contact_and_refuses_to_be_written()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var created = await salesforce.Crm.WriteAsync(salesforce.Session, [Lead("ann@x.com")], Stop);
        var leadId = created.Results.Single().RecordId!;
        var conversion = await salesforce.Simulator.Org.Rep.ConvertAsync(leadId);

        var found = await salesforce.Crm.FindAsync(salesforce.Session, Say.Leads("ann@x.com"), Stop);
        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Say.Update("Lead", leadId)], Stop);

        found.Records.Single().Converted.ShouldBeTrue();
        found.Records.Single().ConvertedContactId.ShouldBe(conversion.ContactId);
        report.Results.Single().Failure!.Code.ShouldBe("RECORD_CONVERTED");
    }

    [Fact]
    public async Task A_deleted_record_is_told()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var created = await salesforce.Crm.WriteAsync(salesforce.Session, [Lead("ann@x.com")], Stop);
        var leadId = created.Results.Single().RecordId!;
        await salesforce.Simulator.Org.Rep.DeleteAsync("Lead", leadId);

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Say.Update("Lead", leadId)], Stop);

        report.Results.Single().Failure!.Code.ShouldBe("RECORD_DELETED");
    }

    [Fact]
    public async Task An_ended_session_is_renewed()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Org.ExpireSessions();

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Lead("ann@x.com")], Stop);

        report.Results.Single().Status.ShouldBe(WriteStatus.Written);
        report.Calls.ShouldBe(2);
        salesforce.Simulator.Org.Records("Lead").Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(FaultKind.DropAnswer, true)]
    [InlineData(FaultKind.TruncateBody, true)]
    [InlineData(FaultKind.DropBeforeEffect, false)]
    public async Task A_lost_answer_is_unknown_and_a_probe_tells(FaultKind kind, bool happened)
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Faults.Put(
            new FaultRule
            {
                Kind = kind,
                Match = new FaultMatch { Kind = "create" },
                Count = 1,
            }
        );
        var before = DateTimeOffset.UnixEpoch;

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [Lead("ann@x.com")], Stop);
        var probe = await salesforce.Crm.FindAsync(
            salesforce.Session,
            new Search([new ObjectSearch("Lead", [], [], ["LastName"], before)]),
            Stop
        );

        report.Results.Single().Status.ShouldBe(WriteStatus.Unknown);
        probe.Records.Count.ShouldBe(happened ? 1 : 0);
    }

    [Fact]
    public async Task The_days_allowance_is_told()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Faults.Put(new FaultRule { Kind = FaultKind.DailyLimit });

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.FindAsync(salesforce.Session, Say.Leads("a@x.com"), Stop)
        );

        thrown.Failure.Class.ShouldBe(FailureClass.Budget);
    }

    [Fact]
    public async Task Eight_hundred_leads_are_one_write_and_found_over_pages()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var emails = Enumerable.Range(0, 800).Select(n => $"person{n}@example.com").ToArray();
        salesforce.Simulator.Org.Settings = salesforce.Simulator.Org.Settings with { QueryPageSize = 300 };

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [.. emails.Select(Lead)], Stop);
        var found = await salesforce.Crm.FindAsync(salesforce.Session, Say.Leads(emails), Stop);

        report.Calls.ShouldBe(1);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        report.Results.Select(result => result.RecordId!).ToHashSet(StringComparer.Ordinal).Count.ShouldBe(800);
        found.Calls.ShouldBe(3);
        found.Records.Select(record => record.Email!).ShouldBe(emails, ignoreOrder: true);
        var ids = found.Records.ToDictionary(record => record.Email!, record => record.Id, StringComparer.Ordinal);
        emails.Select(email => ids[email]).ShouldBe(report.Results.Select(result => result.RecordId));
    }

    [Fact]
    public async Task Assignment_rules_leave_the_owner_alone()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var org = salesforce.Simulator.Org;
        org.Settings = org.Settings with { AssignLeadsTo = org.QueueId };

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Lead("ann@x.com"), Say.Create("Lead", """{"LastName":"@{x}","Company":"Acme"}""")],
            Stop
        );

        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        org.Records("Lead").ShouldAllBe(lead => (string?)lead["OwnerId"] == org.IntegrationUserId);
    }

    [Fact]
    public async Task Hostile_texts_arrive_as_they_were()
    {
        string[] names =
        [
            "O'Neil",
            "') OR (Id != '",
            "\\'; --",
            "@{part0[0].id}",
            "Zoë 😀 Łukasz",
            "\u202etest\u202c",
            "<script>alert(1)</script>",
            "a\tb",
            "null",
            "{\"a\":1}",
        ];
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var writes = names.Select(name =>
            Say.Create(
                "Lead",
                JsonSerializer.Serialize(
                    new
                    {
                        LastName = name,
                        Company = "Acme",
                        Email = "a@x.com",
                    }
                )
            )
        );

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [.. writes], Stop);
        var found = await salesforce.Crm.FindAsync(salesforce.Session, Say.Leads("a@x.com", "o'neil@x.com"), Stop);

        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        found.Records.Select(record => record.Fields["LastName"].GetString()).ShouldBe(names, ignoreOrder: true);
    }

    private static RecordWrite Lead(string email) =>
        Say.Create("Lead", $$"""{"LastName":"Ng","Company":"Acme","Email":"{{email}}"}""");

    private static RecordWrite Contact(string email) =>
        Say.Create("Contact", $$"""{"LastName":"Ng","Email":"{{email}}"}""");
}
