using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Bus;
using LeadSync.Push.TestBatches;
using LeadSync.Push.Tests.TestBatches;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Push.Tests.Erasure;

public sealed class When_a_person_is_erased(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();
    private readonly Guid _sandbox = Guid.CreateVersion7();

    // Unlike anything else that the database holds.
    private readonly string _canary = $"canary{Guid.CreateVersion7():N}";

    private string Email => $"{_canary}@person.example";

    [Fact]
    public async Task Nothing_of_it_is_left_at_any_connection_and_the_record_stays()
    {
        await push.WantAsync(Person(), Person() with { ConnectionId = _sandbox, Match = new MatchKeys() });
        await push.SettledAsync(_connection);
        var record = push.Crm.Org.Find("Lead", Email).ShouldHaveSingleItem().Id;
        (await DumpAsync()).ShouldContain(_canary);

        await SayAsync(Erased(version: 2));
        await ErasedAsync();

        var dump = await DumpAsync();
        dump.ShouldNotContain(_canary);
        dump.ShouldNotContain(record[..15]);
        push.Crm.Org.Find("Lead", Email).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_comes_late_of_it_is_dropped()
    {
        await push.WantAsync(Person());
        await push.SettledAsync(_connection);
        await SayAsync(Erased(version: 3));
        await ErasedAsync();

        // In one message, so that both are taken in once one is.
        await push.WantAsync(PushUnderTest.Lead(_connection, "beside", "beside@person.example"));
        await SayAsync(
            Person(version: 2, title: "Chief"),
            PushUnderTest.Lead(_connection, "beside", "beside@person.example", version: 2)
        );
        await Eventually.ShouldBe(async () =>
            await ScalarAsync("select version::text from lead_sync where connection_id = @connection") == "2"
        );

        (await DumpAsync()).ShouldNotContain(_canary);
        push.Crm.Org.Find("Lead", Email).ShouldHaveSingleItem()["Title"].ShouldBeNull();
    }

    [Fact]
    public async Task A_call_whose_answer_is_lost_ends_first_and_nobody_is_doubled()
    {
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.LateEffect,
                Match = new FaultMatch { Kind = RequestKinds.Create },
                Count = 1,
                DelayMilliseconds = 1_000,
            }
        );
        await push.WantAsync(Person());
        await StruckAsync(FaultKind.LateEffect);

        await SayAsync(Erased(version: 2));
        await push.WantAsync(Person() with { Source = "chat", LeadId = "again" });
        await push.SettledAsync(_connection);
        await push.Crm.Faults.WhenLateEffectsAppliedAsync();
        await ErasedAsync();

        push.Crm.Org.Find("Lead", Email).ShouldHaveSingleItem();
        (await push.WrittenAsync()).Count(item => item.LeadId == LeadId).ShouldBe(1, "what happened is told");
        (await DumpAsync()).ShouldNotContain(LeadId);
    }

    [Fact]
    public async Task Of_a_lane_that_is_held_it_ends_once_the_CRM_can_no_longer_commit_it()
    {
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.DropBeforeEffect,
                Match = new FaultMatch { Kind = RequestKinds.Create },
                Count = 1,
            }
        );
        await push.WantAsync(Person());
        await StruckAsync(FaultKind.DropBeforeEffect);
        await ExecuteAsync(
            "insert into hold (connection_id, workspace, reason) values (@connection, 'acme', 'paused')"
        );
        await ExecuteAsync(
            "update intent set certain_at = now() - interval '2 minutes' where connection_id = @connection"
        );

        await SayAsync(Erased(version: 2));
        await ErasedAsync();

        (await DumpAsync()).ShouldNotContain(_canary);
    }

    [Fact]
    public async Task Of_who_is_lead_and_contact_nothing_of_either_record_is_left()
    {
        await push.RuleAsync(_connection, new { existsAsBoth = "both" });
        var lead = await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Person",
                Company = "Acme",
                Email,
            }
        );
        var contact = await push.Crm.Org.Rep.CreateAsync("Contact", new { LastName = "Person", Email });
        var person = Person();
        await push.WantAsync(
            person with
            {
                Sections =
                [
                    .. person.Sections,
                    person.Sections[0] with
                    {
                        Object = "Contact",
                        Fields = [.. person.Sections[0].Fields.Where(field => field.Field != "Company")],
                    },
                ],
            }
        );
        await push.SettledAsync(_connection);
        (await ScalarAsync("select count(*)::text from applied where connection_id = @connection")).ShouldBe("2");

        await SayAsync(Erased(version: 2));
        await ErasedAsync();

        var dump = await DumpAsync();
        dump.ShouldNotContain(_canary);
        dump.ShouldNotContain(lead[..15]);
        dump.ShouldNotContain(contact[..15]);
    }

    [Fact]
    public async Task Samples_of_the_same_person_go_with_it()
    {
        await push.WantAsync(Person());
        await push.SettledAsync(_connection);
        await push.RunAsync(
            Batches.Of(_connection, TestMode.WriteAndVerify, Person() with { LeadId = "a sample", Metadata = null })
        );
        await push.RunAsync(
            Batches.Of(
                _connection,
                TestMode.WriteAndVerify,
                PushUnderTest.Lead(
                    _connection,
                    "other",
                    $"other{_connection:N}@person.example",
                    fields: [("LastName", "Other"), ("Company", "Acme")]
                )
            )
        );

        await SayAsync(Erased(version: 2));
        await ErasedAsync();
        await push.Services.GetRequiredService<ForgetTestBatches>().RunOnceAsync(TestContext.Current.CancellationToken);

        (await DumpAsync()).ShouldNotContain(_canary);
        (await ScalarAsync("select count(*)::text from test_batch where connection_id = @connection")).ShouldBe(
            "1",
            "who is somebody else stays"
        );
    }

    [Fact]
    public async Task Values_that_another_lead_brought_to_the_same_record_stay_guarded()
    {
        await push.WantAsync(Person());
        await push.SettledAsync(_connection);
        await push.WantAsync(
            PushUnderTest.Lead(_connection, "other", Email, source: "chat", fields: [("Title", "Chief")])
        );
        await push.SettledAsync(_connection);

        var before = await ScalarAsync("select fields::text from applied where connection_id = @connection");
        before.ShouldContain("\"web\"");

        await SayAsync(Erased(version: 2));
        await ErasedAsync();

        var applied = await ScalarAsync("select fields::text from applied where connection_id = @connection");
        applied.ShouldContain("Chief");
        applied.ShouldNotContain("\"web\"");
    }

    private Task StruckAsync(FaultKind kind) =>
        Eventually.ShouldBe(() => push.Crm.Faults.All.Any(fault => fault.Rule.Kind == kind && fault.Struck == 1));

    private string LeadId => $"{_canary}-lead";

    private MappedLead Person(long version = 1, string? title = null) =>
        PushUnderTest.Lead(
            _connection,
            LeadId,
            Email,
            version: version,
            capturedAt: new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero).AddHours(version),
            fields:
            [
                ("LastName", _canary),
                ("Company", "Acme"),
                .. title is null ? [] : new[] { ("Title", (string?)title) },
            ]
        ) with
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["session"] = _canary },
        };

    // Of one connection only; the lead is forgotten at all of them.
    private MappedLead Erased(long version) =>
        Person(version) with
        {
            EventId = Guid.CreateVersion7(),
            Match = new MatchKeys(),
            Sections = [],
            Metadata = null,
            Withdrawn = true,
            Reason = "ERASED",
        };

    private Task SayAsync(params IReadOnlyCollection<MappedLead> leads) =>
        push
            .Services.GetRequiredService<Publisher>()
            .PublishAsync(EventKinds.LeadMapped, PushUnderTest.Workspace, leads, TestContext.Current.CancellationToken);

    // Told of, and nothing left to do.
    private Task ErasedAsync() =>
        Eventually.ShouldPass(async () =>
        {
            var isDone = await ScalarAsync(
                "select (exists (select from erased) and not exists (select from erasing))::text"
            );
            isDone.ShouldBe("true", string.Join('\n', push.Logs.Lines));
            (
                await ScalarAsync("select count(*)::text from lead_sync where lead_id = @LeadId and source = 'web'")
            ).ShouldBe("0");
        });

    private async Task<string> ScalarAsync(string sql)
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<string>(sql, new { connection = _connection, LeadId }) ?? "";
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        await database.ExecuteAsync(sql, new { connection = _connection });
    }

    private Task<string> DumpAsync() => DatabaseDump.ReadAsync(push.Database.Owner);
}
