using LeadSync.CrmSimulator.Data;

namespace LeadSync.Crm.Tests;

public sealed class When_a_person_is_looked_for
{
    private const string Key = "LeadSync__c";
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_external_id_finds_the_record_whatever_its_case()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Org.AddField(
            "Lead",
            new CustomField(Key, FieldType.String, ExternalId: true, Unique: true)
        );
        await salesforce.CreateLeadsAsync(3);
        await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Say.Create("Lead", $$"""{"LastName":"Ng","Company":"Acme","{{Key}}":"o'Neil-1"}""")],
            Stop
        );

        var found = await FindAsync(
            salesforce,
            new ObjectSearch("Lead", [], [], [Key]) { ExternalIds = new(Key, ["O'NEIL-1", "", "other"]) }
        );

        found.Calls.ShouldBe(1);
        found.Records.ShouldHaveSingleItem().Fields[Key].GetString().ShouldBe("o'Neil-1");
    }

    [Fact]
    public async Task Company_and_last_name_find_Leads_and_by_their_Accounts_Contacts()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var rep = salesforce.Simulator.Org.Rep;
        await rep.CreateAsync("Lead", new { LastName = "Ng", Company = "Acme" });
        await rep.CreateAsync("Lead", new { LastName = "Ng", Company = "Other" });
        await rep.CreateAsync("Lead", new { LastName = "Wu", Company = "Acme" });
        var account = await rep.CreateAsync("Account", new { Name = "Acme" });
        await rep.CreateAsync("Contact", new { LastName = "Ng", AccountId = account });
        await rep.CreateAsync("Contact", new { LastName = "Ng" });
        ObjectSearch In(string name) => new(name, [], [], []) { Names = [new("ACME", "ng"), new("", "Ng")] };

        var found = await FindAsync(salesforce, In("Lead"), In("Contact"));

        found
            .Records.Select(record => (record.Object, record.Company, record.LastName))
            .ShouldBe([("Lead", "Acme", "Ng"), ("Contact", "Acme", "Ng")], ignoreOrder: true);
    }

    [Fact]
    public async Task What_became_of_a_merged_or_deleted_record_is_told_only_when_it_is_asked_for()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        var ids = await salesforce.CreateLeadsAsync(3);
        await salesforce.Simulator.Org.Rep.MergeAsync("Lead", ids[0], ids[1]);
        await salesforce.Simulator.Org.Rep.DeleteAsync("Lead", ids[2]);
        var search = new ObjectSearch("Lead", ids, [], []);

        var alive = await FindAsync(salesforce, search);
        var all = await salesforce.Crm.FindAsync(salesforce.Session, new Search([search]) { DeletedToo = true }, Stop);

        alive.Records.ShouldHaveSingleItem().Id.ShouldBe(ids[0]);
        var byId = all.Records.ToDictionary(record => record.Id, StringComparer.Ordinal);
        byId[ids[0]].Deleted.ShouldBeFalse();
        byId[ids[1]].MergedInto.ShouldBe(ids[0]);
        byId[ids[2]]
            .ShouldSatisfyAllConditions(
                record => record.Deleted.ShouldBeTrue(),
                record => record.MergedInto.ShouldBeNull()
            );
    }

    [Fact]
    public async Task A_create_that_a_duplicate_rule_refuses_is_repeated_alone_to_learn_what_it_repeats()
    {
        await using var salesforce = await WithDuplicateRuleAsync(DuplicateAction.Alert);
        var there = await salesforce.Simulator.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Ng",
                Company = "Acme",
                Phone = "1",
            }
        );

        var report = await WriteAsync(salesforce, Lead("Wu", "1"), Lead("Li", "2"));

        report.Calls.ShouldBe(2);
        report.Results[0].Status.ShouldBe(WriteStatus.Refused);
        report.Results[0].Failure!.Duplicates.ShouldBe([new DuplicateRecord("Lead", there)]);
        report.Results[1].Status.ShouldBe(WriteStatus.Written);
    }

    [Theory]
    [InlineData(DuplicateAction.Alert, true, WriteStatus.Written)]
    [InlineData(DuplicateAction.Alert, false, WriteStatus.Written)]
    [InlineData(DuplicateAction.Block, true, WriteStatus.Refused)]
    public async Task A_duplicate_rule_is_passed_over_only_where_it_warns_and_only_for_whom_it_is_said(
        DuplicateAction action,
        bool collectionsHeed,
        WriteStatus expected
    )
    {
        await using var salesforce = await WithDuplicateRuleAsync(action);
        salesforce.Change(settings => settings with { CollectionsHeedDuplicateHeader = collectionsHeed });
        await salesforce.Simulator.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Ng",
                Company = "Acme",
                Phone = "1",
            }
        );

        var report = await WriteAsync(salesforce, Lead("Wu", "1") with { AllowsDuplicates = true }, Lead("Li", "1"));

        report.Results[0].Status.ShouldBe(expected);
        report.Results[1].Status.ShouldBe(WriteStatus.Refused);
    }

    [Fact]
    public async Task Who_holds_a_value_that_must_be_unique_is_told()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Org.AddField(
            "Lead",
            new CustomField(Key, FieldType.String, ExternalId: true, Unique: true)
        );
        var write = Say.Create("Lead", $$"""{"LastName":"Ng","Company":"Acme","{{Key}}":"a-1"}""");
        var first = await WriteAsync(salesforce, write);

        var second = await WriteAsync(salesforce, write);

        var failure = second.Results.Single().Failure!;
        failure.Code.ShouldBe("DUPLICATE_VALUE");
        failure.Fields.ShouldBe([Key]);
        failure.HeldBy.ShouldBe(first.Results.Single().RecordId);
    }

    private static async Task<SimulatedSalesforce> WithDuplicateRuleAsync(DuplicateAction action)
    {
        var salesforce = await SimulatedSalesforce.StartAsync();
        var org = salesforce.Simulator.Org;
        var rule = new DuplicateRule(
            "Same_Phone",
            "Lead",
            [new("Phones", "Lead", MatchEngine.Exact, ["Phone"])],
            action
        );
        org.Setup = org.Setup with { DuplicateRules = [rule] };
        return salesforce;
    }

    private static RecordWrite Lead(string lastName, string phone) =>
        Say.Create("Lead", $$"""{"LastName":"{{lastName}}","Company":"Acme","Phone":"{{phone}}"}""");

    private static Task<WriteReport> WriteAsync(SimulatedSalesforce salesforce, params RecordWrite[] writes) =>
        salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);

    private static Task<Found> FindAsync(SimulatedSalesforce salesforce, params ObjectSearch[] objects) =>
        salesforce.Crm.FindAsync(salesforce.Session, new Search(objects), Stop);
}
