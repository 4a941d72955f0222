using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Writing;

public sealed class When_a_new_record_is_given_an_owner : IClassFixture<PushUnderTest>
{
    private const string Sam = "sam@demo.example";
    private readonly PushUnderTest _push;
    private readonly Guid _connection = Guid.CreateVersion7();

    public When_a_new_record_is_given_an_owner(PushUnderTest push)
    {
        _push = push;
        push.Crm.Faults.Clear();
        SetSam(isActive: true);
        // The first is active, and has no entry for people of Nowhere; the second is asked for by its id.
        Org.Setup = Org.Setup with
        {
            AssignmentRules =
            [
                new AssignmentRule("Active", [new AssignmentEntry("Inbound_leads", "City != 'Nowhere'")]),
                new AssignmentRule("Named", [new AssignmentEntry(Sam)], IsActive: false),
            ],
        };
    }

    private Org Org => _push.Crm.Org;

    private string SamId => Org.Records("User").Single(user => Equals(user["Username"], Sam)).Id;

    [Fact]
    public async Task The_active_assignment_rule_chooses_it_and_it_is_told()
    {
        await RuleAsync(new { by = "assignmentRules" });
        var seen = _push.Crm.Journal.LastSequence;

        await SyncAsync(Person("anna"), Person("ben"));

        Found("anna")["OwnerId"].ShouldBe(Org.QueueId);
        var written = await WrittenAsync();
        written.Count.ShouldBe(2);
        written.ShouldAllBe(item => item.Owner == new RecordOwner(Org.QueueId, OwnerChoice.AssignmentRules));
        (await FailuresAsync()).ShouldBeEmpty();
        // Found, created, and whom they were given to: once for all of them.
        Calls(seen).ShouldBe([RequestKinds.Query, RequestKinds.Create, RequestKinds.Query]);
    }

    [Fact]
    public async Task A_lead_that_no_entry_fits_is_created_and_warned_of()
    {
        await RuleAsync(new { by = "assignmentRules" });

        await SyncAsync(Person("carl", fields: ("City", "Nowhere")));

        Found("carl")["OwnerId"].ShouldBe(Org.IntegrationUserId);
        var written = (await WrittenAsync()).ShouldHaveSingleItem();
        written.Outcome.ShouldBe(WriteOutcome.Created);
        written.Owner.ShouldBe(new RecordOwner(Org.IntegrationUserId, OwnerChoice.IntegrationUser));
        var warning = (await FailuresAsync()).ShouldHaveSingleItem();
        warning.Code.ShouldBe("OWNER_NOT_ASSIGNED");
        warning.Message.ShouldContain(Found("carl").Id);
        warning.Fix.ShouldContain("Lead Assignment Rules");
        (await IsParkedAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task The_assignment_rule_that_is_named_chooses_it()
    {
        var named = Org.Records("AssignmentRule").Single(rule => Equals(rule["Name"], "Named")).Id;
        await RuleAsync(new { by = "assignmentRules", rule = named[..15] });

        await SyncAsync(Person("dora"));

        Found("dora")["OwnerId"].ShouldBe(SamId);
        (await WrittenAsync()).Single().Owner.ShouldBe(new RecordOwner(SamId, OwnerChoice.AssignmentRules));
    }

    [Fact]
    public async Task An_update_takes_it_from_nobody()
    {
        await RuleAsync(new { by = "assignmentRules" });
        await SyncAsync(Person("emil"));
        await Org.Rep.EditAsync("Lead", Found("emil").Id, new { OwnerId = Org.RepUserId });

        // Beside somebody new, so that the call asks for assignment rules.
        await SyncAsync(Person("emil", version: 2, fields: ("Title", "Chief")), Person("fay"));

        Found("emil")["Title"].ShouldBe("Chief");
        Found("emil")["OwnerId"].ShouldBe(Org.RepUserId);
        Found("fay")["OwnerId"].ShouldBe(Org.QueueId);
        (await WrittenAsync()).Single(item => item.Outcome == WriteOutcome.Updated).Owner.ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_create_by_external_id_takes_no_record_that_somebody_was_quicker_to_make(bool byRules)
    {
        _push.AddExternalId();
        object owner = byRules ? new { by = "assignmentRules" } : new { by = "queue", id = Org.QueueId };
        await _push.RuleAsync(_connection, new { externalIdField = PushUnderTest.ExternalId, owner });
        DelayCreates();

        await _push.WantAsync(Person("gus", fields: (PushUnderTest.ExternalId, Key)));
        await Eventually.ShouldBe(IsUnderWayAsync, "the create is decided");
        var theirs = await Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Ng",
                Company = "Acme",
                Person_Id__c = Key,
            }
        );
        await _push.SettledAsync(_connection);

        var lead = Org.Records("Lead").Single(one => Equals(one[PushUnderTest.ExternalId], Key));
        lead.Id.ShouldBe(theirs);
        lead["Email"].ShouldBe(Email("gus"));
        lead["OwnerId"].ShouldBe(Org.RepUserId);
        (await WrittenAsync()).Single().Outcome.ShouldBe(WriteOutcome.Updated);
    }

    [Fact]
    public async Task An_external_id_is_written_with_a_new_record_and_finds_it()
    {
        _push.AddExternalId();
        await _push.RuleAsync(
            _connection,
            new { externalIdField = PushUnderTest.ExternalId, owner = new { by = "assignmentRules" } }
        );

        await SyncAsync(Person("hal", fields: (PushUnderTest.ExternalId, Key)));
        await SyncAsync(Person("hal", version: 2, fields: [(PushUnderTest.ExternalId, Key), ("Title", "Chief")]));

        Found("hal")[PushUnderTest.ExternalId].ShouldBe(Key);
        Found("hal")["Title"].ShouldBe("Chief");
        (await WrittenAsync()).Select(item => item.Outcome).ShouldBe([WriteOutcome.Created, WriteOutcome.Updated]);
    }

    [Fact]
    public async Task An_inactive_user_gives_way_to_the_next_without_a_further_call()
    {
        SetSam(isActive: false);
        await RuleAsync(WithFallback("user", SamId, "queue", Org.QueueId));
        var seen = _push.Crm.Journal.LastSequence;

        await SyncAsync(Person("ida"));

        Found("ida")["OwnerId"].ShouldBe(Org.QueueId);
        (await WrittenAsync()).Single().Owner.ShouldBe(new RecordOwner(Org.QueueId, OwnerChoice.Fallback));
        (await FailuresAsync()).ShouldBeEmpty();
        Calls(seen).ShouldBe([RequestKinds.Query, RequestKinds.Create]);
    }

    [Fact]
    public async Task A_queue_that_may_not_own_leads_gives_way_to_the_next()
    {
        Org.Setup = Org.Setup with { Queues = [Org.Setup.Queues[0], new QueueSetup("Cases", "Cases", ["Account"])] };
        var cases = Org.Records("Group").Single(group => Equals(group["DeveloperName"], "Cases")).Id;
        await RuleAsync(WithFallback("queue", cases, "user", SamId));

        await SyncAsync(Person("jon"));

        Found("jon")["OwnerId"].ShouldBe(SamId);
    }

    [Fact]
    public async Task Whoever_is_deactivated_between_our_looking_and_our_writing_gives_way_too()
    {
        await RuleAsync(WithFallback("user", SamId, "queue", Org.QueueId));
        DelayCreates();

        await _push.WantAsync(Person("kim"));
        await Eventually.ShouldBe(IsUnderWayAsync, "the create is decided");
        SetSam(isActive: false);
        await _push.SettledAsync(_connection);

        Found("kim")["OwnerId"].ShouldBe(Org.QueueId);
        (await WrittenAsync()).Single().Owner!.By.ShouldBe(OwnerChoice.Fallback);
        var failed = (await FailuresAsync()).ShouldHaveSingleItem();
        (failed.Code, failed.Transient).ShouldBe(("INACTIVE_OWNER", true));
    }

    [Fact]
    public async Task Where_nobody_is_able_it_stays_with_the_connected_user_and_is_warned_of()
    {
        SetSam(isActive: false);
        await RuleAsync(new { by = "user", id = SamId });

        await SyncAsync(Person("lea"));

        Found("lea")["OwnerId"].ShouldBe(Org.IntegrationUserId);
        (await WrittenAsync())
            .Single()
            .Owner.ShouldBe(new RecordOwner(Org.IntegrationUserId, OwnerChoice.IntegrationUser));
        (await FailuresAsync()).Single().Code.ShouldBe("OWNER_NOT_ASSIGNED");
    }

    [Fact]
    public async Task An_owner_that_the_mapping_names_is_the_mappings_to_mend()
    {
        await RuleAsync(new { by = "queue", id = Org.QueueId });

        await SyncAsync(
            Person("max", fields: ("OwnerId", Org.RepUserId)),
            Person("nia", fields: ("OwnerId", Org.InactiveUserId))
        );

        Found("max")["OwnerId"].ShouldBe(Org.RepUserId);
        (await WrittenAsync()).Single().Owner.ShouldBeNull();
        var failed = (await FailuresAsync()).ShouldHaveSingleItem();
        (failed.Code, failed.Transient).ShouldBe(("INACTIVE_OWNER", false));
        failed.Fix.ShouldContain("mapping");
    }

    [Fact]
    public async Task A_create_is_told_also_where_its_owner_cannot_be_read()
    {
        await RuleAsync(new { by = "assignmentRules" });
        _push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Unavailable,
                Match = new FaultMatch { Kind = RequestKinds.Query },
                Nth = 2,
                Count = 1,
            }
        );

        await SyncAsync(Person("ole"));

        Found("ole")["OwnerId"].ShouldBe(Org.QueueId);
        var written = (await WrittenAsync()).ShouldHaveSingleItem();
        written.Outcome.ShouldBe(WriteOutcome.Created);
        written.Owner.ShouldBeNull();
        (await FailuresAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_owner_of_a_create_whose_answer_was_lost_is_seen_when_it_is_found()
    {
        await RuleAsync(new { by = "assignmentRules" });
        _push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.DropAnswer,
                Match = new FaultMatch { Kind = RequestKinds.Create },
                Count = 1,
            }
        );

        await SyncAsync(Person("pia"));

        (await WrittenAsync()).Single().Owner.ShouldBe(new RecordOwner(Org.QueueId, OwnerChoice.AssignmentRules));
    }

    [Fact]
    public async Task It_is_given_its_record_type_and_no_record_that_is_there_is()
    {
        Org.Setup = Org.Setup with
        {
            RecordTypes =
            [
                new RecordType("Standard", "Standard", "Lead", IsDefault: true),
                new("Partner", "Partners", "Lead"),
            ],
        };
        var types = Org.Records("RecordType")
            .ToDictionary(one => (string)one["DeveloperName"]!, one => one.Id, StringComparer.Ordinal);
        var schema = _push.Schema;
        _push.Schema = (id, name) =>
            schema(id, name)! with
            {
                RecordTypes = [new CrmRecordType(types["Partner"], "Partner", "Partners")],
            };
        await _push.RuleAsync(_connection, new { recordType = "Partner" });
        var there = await Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Ng",
                Company = "Acme",
                Email = Email("quin"),
                RecordTypeId = types["Standard"],
            }
        );

        await SyncAsync(
            Person("quin", fields: ("Title", "Chief")),
            Person("rosa"),
            Person("sven", fields: ("RecordTypeId", types["Standard"]))
        );

        _push.Schema = schema;
        Org.Get("Lead", there)!["RecordTypeId"].ShouldBe(types["Standard"]);
        Found("rosa")["RecordTypeId"].ShouldBe(types["Partner"]);
        Found("sven")["RecordTypeId"].ShouldBe(types["Standard"]);
    }

    [Fact]
    public async Task Who_waits_for_an_owner_is_taken_again_when_the_rule_changes()
    {
        await SyncAsync(Person("tim", fields: ("OwnerId", Org.InactiveUserId)));
        (await IsParkedAsync()).ShouldBeTrue();
        Org.Setup = Org.Setup with { Users = [.. Org.Setup.Users.Select(user => user with { IsActive = true })] };

        await RuleAsync(new { by = "queue", id = Org.QueueId });
        await _push.SettledAsync(_connection);

        Found("tim")["OwnerId"].ShouldBe(Org.InactiveUserId);
        Org.Setup = Org.Setup with
        {
            Users = [.. Org.Setup.Users.Select((user, at) => user with { IsActive = at != 2 })],
        };
    }

    private string Key => $"P-{_connection:N}";

    private Task RuleAsync(object owner) => _push.RuleAsync(_connection, new { owner });

    private static object WithFallback(string by, string id, string nextBy, string nextId) =>
        new
        {
            by,
            id,
            fallback = new[] { new { by = nextBy, id = nextId } },
        };

    // Before its effect: the people were looked for, and the create is on its way.
    private void DelayCreates() =>
        _push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                DelayMilliseconds = 1_500,
                Match = new FaultMatch { Kind = RequestKinds.Create },
                Count = 1,
            }
        );

    private void SetSam(bool isActive) =>
        Org.Setup = Org.Setup with
        {
            Users = [.. Org.Setup.Users.Take(3), new UserSetup(Sam, "Sanders", "Sam", isActive)],
        };

    private async Task SyncAsync(params MappedLead[] leads)
    {
        // All at once, so that they go in one call.
        await _push.TakeInAsync(leads);
        await _push.SettledAsync(_connection);
    }

    private async Task<bool> IsUnderWayAsync()
    {
        await using var database = await _push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<bool>(
            "select exists (select from intent where connection_id = @_connection)",
            new { _connection }
        );
    }

    private async Task<bool> IsParkedAsync()
    {
        await using var database = await _push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<bool>(
            "select exists (select from lead_sync where connection_id = @_connection and parked_code is not null)",
            new { _connection }
        );
    }

    // What the counted calls after this were, in order; a composite is what it carries.
    private List<string> Calls(long seen) =>
        [
            .. _push
                .Crm.Journal.After(seen)
                .Where(entry => entry.Counted)
                .Select(entry => entry.Writes ? RequestKinds.Create : RequestKinds.Query),
        ];

    private async Task<List<WrittenRecord>> WrittenAsync() =>
        [.. (await _push.WrittenAsync()).Where(item => item.ConnectionId == _connection)];

    private async Task<List<FailedSync>> FailuresAsync() =>
        [.. (await _push.FailuresAsync()).Where(item => item.ConnectionId == _connection)];

    private SimulatedRecord Found(string name) => Org.Find("Lead", Email(name)).Single(lead => !lead.IsDeleted);

    private MappedLead Person(string name, int version = 1, params (string, string?)[] fields) =>
        PushUnderTest.Lead(
            _connection,
            $"{_connection:N}-{name}",
            Email(name),
            version: version,
            capturedAt: new DateTimeOffset(2026, 3, version, 0, 0, 0, TimeSpan.Zero),
            fields: [("LastName", "Ng"), ("Company", "Acme"), .. fields]
        );

    private string Email(string name) => $"{name}.{_connection:N}@example.com";
}
