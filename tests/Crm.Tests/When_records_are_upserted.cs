using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;

namespace LeadSync.Crm.Tests;

public sealed class When_records_are_upserted
{
    private const string Key = "LeadSync__c";
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_creates_and_the_second_finds_it()
    {
        await using var salesforce = await StartAsync();

        var first = await salesforce.Crm.WriteAsync(salesforce.Session, [Upsert("a-1", "Ng")], Stop);
        var second = await salesforce.Crm.WriteAsync(salesforce.Session, [Upsert("A-1", "Wong")], Stop);

        var (created, updated) = (first.Results.Single(), second.Results.Single());
        created.Status.ShouldBe(WriteStatus.Written);
        created.Created.ShouldBeTrue();
        updated.Status.ShouldBe(WriteStatus.Written);
        updated.Created.ShouldBeFalse();
        updated.RecordId.ShouldBe(created.RecordId);
        var lead = salesforce.Simulator.Org.Records("Lead").ShouldHaveSingleItem();
        lead["LastName"].ShouldBe("Wong");
        lead[Key].ShouldBe("A-1");
    }

    [Fact]
    public async Task A_create_whose_answer_was_lost_may_be_repeated()
    {
        await using var salesforce = await StartAsync();
        salesforce.Simulator.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.DropAnswer,
                Match = new FaultMatch { Kind = "upsert" },
                Count = 1,
            }
        );

        var lost = await salesforce.Crm.WriteAsync(salesforce.Session, [Upsert("a-1", "Ng")], Stop);
        var repeated = await salesforce.Crm.WriteAsync(salesforce.Session, [Upsert("a-1", "Ng")], Stop);

        lost.Results.Single().Status.ShouldBe(WriteStatus.Unknown);
        repeated.Results.Single().Status.ShouldBe(WriteStatus.Written);
        salesforce.Simulator.Org.Records("Lead").Count.ShouldBe(1);
    }

    [Fact]
    public async Task They_go_with_creates_and_updates_in_one_call()
    {
        await using var salesforce = await StartAsync();
        var id = (await salesforce.CreateLeadsAsync(1)).Single();

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [
                Upsert("a-1", "Ng"),
                Say.Update("Lead", id),
                Say.Create("Contact", """{"LastName":"Ng"}"""),
                Upsert("a-2", "Ng"),
            ],
            Stop
        );

        report.Calls.ShouldBe(1);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        report.Results.Select(result => result.Created).ShouldBe([true, false, true, true]);
    }

    [Fact]
    public async Task By_email_a_person_is_found_without_a_field_of_ours_unless_there_are_two()
    {
        await using var salesforce = await StartAsync();
        var ids = await salesforce.CreateLeadsAsync(2);
        await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Say.Create("Lead", """{"LastName":"Twin","Company":"Acme","Email":"ng1@x.com"}""")],
            Stop
        );

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [ByEmail("ng0@x.com"), ByEmail("ng1@x.com"), ByEmail("new@x.com")],
            Stop
        );

        report.Results[0].RecordId.ShouldBe(ids[0]);
        report.Results[1].Failure!.Code.ShouldBe("DUPLICATE_VALUE");
        report.Results[1].Failure!.CrmCode.ShouldBe("DUPLICATE_EXTERNAL_ID");
        report.Results[2].Created.ShouldBeTrue();
    }

    [Fact]
    public async Task The_same_key_is_never_twice_in_one_collection()
    {
        await using var salesforce = await StartAsync();

        var report = await salesforce.Crm.WriteAsync(
            salesforce.Session,
            [Upsert("a-1", "first"), Upsert("A-1", "second"), Upsert("a-2", "other")],
            Stop
        );

        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        report.Results.Select(result => result.Created).ShouldBe([true, false, true]);
        salesforce.Simulator.Org.Records("Lead").Select(lead => lead["LastName"]).ShouldBe(["second", "other"]);
    }

    [Fact]
    public async Task What_does_not_fit_one_call_goes_in_a_second()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync(("Salesforce:RecordsPerCollection", 10));
        salesforce.Simulator.Org.AddField("Lead", Field);
        salesforce.Simulator.Org.AddField("Contact", Field);
        RecordWrite[] writes =
        [
            .. Enumerable.Range(0, 11).Select(n => Upsert($"a-{n}", "Ng")),
            .. Enumerable.Range(0, 11).Select(n => Upsert($"a-{n}", "Ng", "Contact")),
            .. Enumerable.Range(0, 11).Select(_ => Say.Create("Lead")),
        ];

        var report = await salesforce.Crm.WriteAsync(salesforce.Session, writes, Stop);

        report.Calls.ShouldBe(2);
        report.Results.ShouldAllBe(result => result.Status == WriteStatus.Written);
        salesforce.Simulator.Org.Records("Lead").Count.ShouldBe(22);
        salesforce.Simulator.Org.Records("Contact").Count.ShouldBe(11);
    }

    [Fact]
    public async Task A_key_that_looks_like_a_reference_is_stored_as_it_is()
    {
        await using var salesforce = await StartAsync();

        await salesforce.Crm.WriteAsync(salesforce.Session, [Upsert("@{part0.id}", "Ng")], Stop);

        salesforce.Simulator.Org.Records("Lead").Single()[Key].ShouldBe("@{part0.id}");
    }

    [Fact]
    public async Task A_key_beside_an_id_or_twice_is_refused()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        RecordWrite[] wrong =
        [
            Say.Update("Lead", Say.LeadId(1)) with
            {
                Key = new ExternalKey(Key, "a"),
            },
            Say.Create("Lead", """{"leadsync__C":"b"}""") with
            {
                Key = new ExternalKey(Key, "a"),
            },
            Say.Create("Lead") with
            {
                Key = new ExternalKey("../User/Id", "a"),
            },
        ];

        foreach (var write in wrong)
        {
            await Should.ThrowAsync<ArgumentException>(() =>
                salesforce.Crm.WriteAsync(salesforce.Session, [write], Stop)
            );
        }

        salesforce.Asked.ShouldBeEmpty();
    }

    private static readonly CustomField Field = new(Key, FieldType.String, Length: 100, ExternalId: true, Unique: true);

    private static async Task<SimulatedSalesforce> StartAsync()
    {
        var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Org.AddField("Lead", Field);
        return salesforce;
    }

    private static RecordWrite Upsert(string key, string lastName, string @object = "Lead") =>
        Say.Create(
            @object,
            @object == "Lead"
                ? $$"""{"LastName":"{{lastName}}","Company":"Acme"}"""
                : $$"""{"LastName":"{{lastName}}"}"""
        ) with
        {
            Key = new ExternalKey(Key, key),
        };

    private static RecordWrite ByEmail(string email) =>
        Say.Create("Lead") with
        {
            Key = new ExternalKey("Email", email),
        };
}
