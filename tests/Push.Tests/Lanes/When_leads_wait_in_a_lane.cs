using LeadSync.Contracts;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.Push.Tests.Lanes;

public sealed class When_leads_wait_in_a_lane(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task A_new_person_is_created_once_with_every_mapped_field()
    {
        await push.WantAsync(Person("anna", ("Title", "Head of Sales")));
        await push.SettledAsync(_connection);

        var record = push.Crm.Org.Find("Lead", Email("anna")).ShouldHaveSingleItem();
        record["LastName"].ShouldBe("Person");
        record["Title"].ShouldBe("Head of Sales");
        var written = (await push.WrittenAsync()).Single(item => item.LeadId == Id("anna"));
        written.Outcome.ShouldBe(WriteOutcome.Created);
        written.Record.RecordId.ShouldBe(record.Id);
    }

    [Fact]
    public async Task A_person_who_exists_is_updated_in_what_differs_and_nothing_else_is_sent()
    {
        var existing = await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Person",
                Company = "Acme",
                Email = Email("ben"),
                Phone = "1",
            }
        );
        var before = push.Crm.Journal.LastSequence;

        await push.WantAsync(Person("ben", ("Phone", "2")));
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("ben")).ShouldHaveSingleItem()["Phone"].ShouldBe("2");
        var effects = push.Crm.Journal.After(before).SelectMany(entry => entry.Effects);
        var effect = effects.Where(effect => effect.Id == existing).ShouldHaveSingleItem();
        effect.Fields.Select(field => field.Field).ShouldContain(name => name == "Phone");
        effect.Fields.Select(field => field.Field).ShouldNotContain(name => name == "Company");
    }

    [Fact]
    public async Task Those_who_are_left_alone_are_ended_and_told_once()
    {
        string[] names = [.. Enumerable.Range(0, 3).Select(number => $"known-{number}")];
        foreach (var name in names)
            await push.Crm.Org.Rep.CreateAsync("Contact", new { LastName = "Person", Email = Email(name) });

        await push.TakeInAsync(names.Select(name => Person(name)));
        await push.SettledAsync(_connection);

        var told = (await push.MatchedAsync()).Where(item => item.ConnectionId == _connection).ToList();
        told.Select(item => item.LeadId).ShouldBe(names.Select(Id), ignoreOrder: true);
        told.ShouldAllBe(item => item.Decision == SyncDecision.Skip);
    }

    [Fact]
    public async Task Nothing_is_written_when_the_CRM_already_holds_what_is_wanted()
    {
        await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Person",
                Company = "Acme",
                Email = Email("carl"),
            }
        );
        var before = push.Crm.Journal.LastSequence;

        await push.WantAsync(Person("carl"));
        await push.SettledAsync(_connection);

        push.Crm.Journal.Summarize(before).WriteCalls.ShouldBe(0);
        (await push.WrittenAsync()).Single(item => item.LeadId == Id("carl")).Outcome.ShouldBe(WriteOutcome.Unchanged);
    }

    [Fact]
    public async Task A_new_person_without_a_required_field_is_parked_and_the_others_go_through()
    {
        var incomplete = PushUnderTest.Lead(_connection, Id("dora"), Email("dora"), fields: [("LastName", "Person")]);

        await push.WantAsync([incomplete, Person("emil"), Person("fritz")]);
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("emil")).ShouldHaveSingleItem();
        push.Crm.Org.Find("Lead", Email("fritz")).ShouldHaveSingleItem();
        push.Crm.Org.Find("Lead", Email("dora")).ShouldBeEmpty();
        var failed = (await push.FailuresAsync()).Single(item => item.LeadId == Id("dora"));
        failed.Code.ShouldBe("REQUIRED_FIELD_MISSING");
        failed.Fields.ShouldBe(["Company"]);
        failed.Fix.ShouldNotBeEmpty();
        failed.Transient.ShouldBeFalse();
    }

    [Fact]
    public async Task A_parked_lead_goes_through_with_its_next_version()
    {
        await push.WantAsync(
            PushUnderTest.Lead(_connection, Id("gerd"), Email("gerd"), fields: [("LastName", "Person")])
        );
        await push.SettledAsync(_connection);

        await push.WantAsync(Person("gerd") with { Version = 2 });

        await Testing.Eventually.ShouldBe(() => push.Crm.Org.Find("Lead", Email("gerd")).Count == 1);
    }

    [Fact]
    public async Task An_existing_person_is_updated_though_a_field_required_on_create_is_missing()
    {
        await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Old",
                Company = "Acme",
                Email = Email("hans"),
            }
        );

        await push.WantAsync(PushUnderTest.Lead(_connection, Id("hans"), Email("hans"), fields: [("LastName", "New")]));
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("hans")).ShouldHaveSingleItem()["LastName"].ShouldBe("New");
    }

    [Fact]
    public async Task Two_leads_of_one_person_in_one_batch_become_one_record()
    {
        var one = Person("inge");
        var other = one with { Source = "chat", LeadId = "other-inge", EventId = Guid.CreateVersion7() };

        await push.WantAsync([one, other]);
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("inge")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_older_version_that_comes_late_changes_nothing()
    {
        await push.WantAsync(Person("jana", ("Title", "new")) with { Version = 9 });
        await push.SettledAsync(_connection);

        await push.WantAsync(Person("jana", ("Title", "old")) with { Version = 8 });
        await push.WantAsync(Person("karl"));
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("jana")).ShouldHaveSingleItem()["Title"].ShouldBe("new");
    }

    [Fact]
    public async Task A_lead_without_any_key_is_parked_because_nobody_can_know_whether_it_exists()
    {
        await push.WantAsync(
            PushUnderTest.Lead(_connection, Id("lisa"), fields: [("LastName", "Person"), ("Company", "Acme")])
        );
        await push.SettledAsync(_connection);

        (await push.FailuresAsync()).Single(item => item.LeadId == Id("lisa")).Code.ShouldBe("NO_MATCH_KEY");
    }

    [Fact]
    public async Task A_thousand_new_people_cost_few_calls()
    {
        var before = push.Crm.Journal.LastSequence;

        await push.WantAsync([.. Enumerable.Range(0, 1_000).Select(number => Person($"many{number}"))]);
        await push.SettledAsync(_connection);

        push.Crm.Journal.After(before)
            .Count(entry => entry.Counted && entry.Fate != Fate.ByHand)
            .ShouldBeLessThanOrEqualTo(10);
        push.Crm.Journal.Summarize(before).Created["Lead"].ShouldBe(1_000);
    }

    [Fact]
    public async Task A_withdrawn_lead_is_no_longer_synced()
    {
        var withdrawn = Person("mara") with { Version = 5, Withdrawn = true, Sections = [] };

        await push.WantAsync(withdrawn);
        await push.WantAsync(Person("mara") with { Version = 4 });
        await push.WantAsync(Person("nora"));
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("nora")).ShouldHaveSingleItem();
        push.Crm.Org.Find("Lead", Email("mara")).ShouldBeEmpty();
    }

    private MappedLead Person(string name, params (string, string?)[] more) =>
        PushUnderTest.Lead(
            _connection,
            Id(name),
            Email(name),
            fields: [("LastName", "Person"), ("Company", "Acme"), .. more]
        );

    // Tests of one class share the org: everybody in it is someone else.
    private string Id(string name) => $"{name}-{_connection:N}";

    private string Email(string name) => $"{name}@{_connection:N}.example";
}
