using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.Push.Tests.Matching;

public sealed class When_an_orgs_records_are_matched(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private static readonly (string, string?)[] Named = [("LastName", "Ng"), ("Company", "Acme")];
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task An_external_id_finds_the_record_whatever_its_address()
    {
        await ByExternalIdAsync();
        var id = await push.Crm.Org.Rep.CreateAsync("Lead", Record(Email("old"), ("Person_Id__c", "p-1")));

        await SyncAsync(Person("anna", Email("new"), externalId: "P-1"));

        push.Crm.Org.Get("Lead", id)!["Email"].ShouldBe(Email("new"));
        var matched = (await MatchedAsync()).ShouldHaveSingleItem();
        matched.MatchedBy.ShouldBe(MatchKind.ExternalId);
        matched.Record!.RecordId.ShouldBe(id);
    }

    [Fact]
    public async Task A_create_with_an_external_id_writes_it_and_is_told_as_one()
    {
        await ByExternalIdAsync();

        await SyncAsync(Person("ben", email: null, externalId: "P-2"));

        Written().ShouldHaveSingleItem()[PushUnderTest.ExternalId].ShouldBe("P-2");
        var written = (await push.WrittenAsync()).Single(item => item.ConnectionId == _connection);
        written.Outcome.ShouldBe(WriteOutcome.Created);
        written.Fields.ShouldContain(field => field.Field == PushUnderTest.ExternalId && field.Written);
    }

    [Fact]
    public async Task Two_leads_of_one_external_id_are_one_record()
    {
        await ByExternalIdAsync();

        await SyncAsync(
            Person("cleo", Email("cleo"), externalId: "P-3"),
            Person("cleo-again", Email("cleo-2"), externalId: "P-3", source: "chat")
        );

        Written().ShouldHaveSingleItem();
        (await push.WrittenAsync()).Count(item => item.ConnectionId == _connection).ShouldBe(2);
    }

    [Fact]
    public async Task A_merged_record_is_healed_to_the_one_it_was_merged_into()
    {
        await SyncAsync(Person("dora", Email("dora")));
        var loser = Written().Single().Id;
        var winner = await push.Crm.Org.Rep.CreateAsync("Lead", Record(Email("elsewhere")));
        await push.Crm.Org.Rep.MergeAsync("Lead", winner, loser);

        await SyncAsync(Person("dora", Email("dora"), version: 2));

        push.Crm.Org.Get("Lead", winner)!["Email"].ShouldBe(Email("dora"));
        (await MatchedAsync())[^1].Reason.ShouldBe("RECORD_MERGED");
    }

    [Fact]
    public async Task A_deleted_record_is_created_anew_only_where_the_rule_says_so()
    {
        await SyncAsync(Person("emil", Email("emil")));
        await push.Crm.Org.Rep.DeleteAsync("Lead", Written().Single().Id);

        await SyncAsync(Person("emil", Email("emil"), version: 2));
        var before = Written().Count;
        await push.RuleAsync(_connection, new { deletedRecord = "createAnew" });
        await push.SettledAsync(_connection);

        before.ShouldBe(0);
        Written().ShouldHaveSingleItem();
        (await push.FailuresAsync()).Single(item => item.ConnectionId == _connection).Code.ShouldBe("RECORD_DELETED");
    }

    [Fact]
    public async Task A_Contact_is_found_by_its_Accounts_name_and_its_last_name()
    {
        await push.RuleAsync(_connection, JsonElement.Parse("""{"matchBy":["companyAndLastName"]}"""));
        var company = $"Company {_connection:N}";
        var account = await push.Crm.Org.Rep.CreateAsync("Account", new { Name = company });
        var contact = await push.Crm.Org.Rep.CreateAsync("Contact", new { LastName = "Ng", AccountId = account });

        await SyncAsync(PushUnderTest.Lead(_connection, "fay", fields: [("LastName", "NG"), ("Company", company)]));

        var matched = (await MatchedAsync()).ShouldHaveSingleItem();
        matched.Reason.ShouldBe("EXISTS_AS_CONTACT");
        matched.Record!.RecordId.ShouldBe(contact);
        matched.MatchedBy.ShouldBe(MatchKind.CompanyAndLastName);
    }

    [Fact]
    public async Task Who_a_duplicate_rule_takes_for_a_stranger_is_left_to_people_with_the_candidates()
    {
        await WithDuplicateRuleAsync(async () =>
        {
            var stranger = await push.Crm.Org.Rep.CreateAsync("Lead", Record(Email("stranger"), ("Phone", "555-1")));

            await SyncAsync(Person("gus", Email("gus"), fields: ("Phone", "555-1")));

            push.Crm.Org.Find("Lead", Email("gus")).ShouldBeEmpty();
            var parked = (await MatchedAsync())[^1];
            parked.Decision.ShouldBe(SyncDecision.Park);
            parked.Reason.ShouldBe("DUPLICATES_DETECTED");
            parked.Candidates!.Select(one => one.RecordId).ShouldBe([stranger]);
        });
    }

    [Fact]
    public async Task A_duplicate_rule_that_warns_is_passed_over_only_to_create_anyway()
    {
        await push.RuleAsync(_connection, new { existsAsContact = "createAnyway" });
        await WithDuplicateRuleAsync(async () =>
        {
            await push.Crm.Org.Rep.CreateAsync("Contact", new { LastName = "Ng", Email = Email("hal") });
            await push.Crm.Org.Rep.CreateAsync("Lead", Record(Email("other"), ("Phone", "555-2")));

            await SyncAsync(
                Person("hal", Email("hal"), fields: ("Phone", "555-2")),
                Person("ida", Email("ida"), fields: ("Phone", "555-2"))
            );

            push.Crm.Org.Find("Lead", Email("hal")).ShouldHaveSingleItem();
            push.Crm.Org.Find("Lead", Email("ida")).ShouldBeEmpty();
        });
    }

    private async Task WithDuplicateRuleAsync(Func<Task> act)
    {
        var before = push.Crm.Org.Setup;
        push.Crm.Org.Setup = before with
        {
            DuplicateRules =
            [
                new DuplicateRule("Same_Phone", "Lead", [new("Phones", "Lead", MatchEngine.Exact, ["Phone"])]),
            ],
        };
        try
        {
            await act();
        }
        finally
        {
            push.Crm.Org.Setup = before;
        }
    }

    private async Task ByExternalIdAsync()
    {
        push.AddExternalId();
        await push.RuleAsync(_connection, new { externalIdField = PushUnderTest.ExternalId });
    }

    private async Task SyncAsync(params MappedLead[] leads)
    {
        await push.WantAsync(leads);
        await push.SettledAsync(_connection);
    }

    private async Task<List<MatchedRecord>> MatchedAsync() =>
        [.. (await push.MatchedAsync()).Where(item => item.ConnectionId == _connection)];

    private List<SimulatedRecord> Written() =>
        [
            .. push
                .Crm.Org.Records("Lead")
                .Where(record => !record.IsDeleted && Equals(record["Title"], _connection.ToString())),
        ];

    private MappedLead Person(
        string leadId,
        string? email,
        string? externalId = null,
        string source = "web",
        int version = 1,
        params (string, string?)[] fields
    ) =>
        PushUnderTest.Lead(
            _connection,
            leadId,
            email,
            source,
            version,
            capturedAt: new DateTimeOffset(2026, 3, version, 0, 0, 0, TimeSpan.Zero),
            fields:
            [
                .. Named,
                ("Title", _connection.ToString()),
                .. externalId is null ? [] : ((string, string?)[])[(PushUnderTest.ExternalId, externalId)],
                .. fields,
            ]
        );

    private string Email(string name) => $"{name}@{_connection:N}.example";

    private static Dictionary<string, object> Record(string email, params (string Name, string Value)[] fields)
    {
        var record = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["LastName"] = "Ng",
            ["Company"] = "Acme",
            ["Email"] = email,
        };
        foreach (var (name, value) in fields)
            record[name] = value;
        return record;
    }
}
