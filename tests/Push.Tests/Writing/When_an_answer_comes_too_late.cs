using Dapper;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Writing;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Push.Tests.Writing;

/// <summary>
/// A worker was stopped for so long, just before it sent, that the lane's next owner had given its call up and gone on. Then
/// it is carried out after all.
/// </summary>
public sealed class When_an_answer_comes_too_late(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task The_newest_value_stands_in_the_end()
    {
        var recordId = await SyncTwiceAsync("anna", "first", "second");
        await push.Crm.Org.Rep.EditAsync("Lead", recordId, new { Title = "first" });

        await AnswerAsync(Person("anna", "first", 1), recordId, "first");

        await Eventually.ShouldBe(() => Title("anna") == "second");
    }

    [Fact]
    public async Task What_a_rep_wrote_over_it_stands_as_well()
    {
        var recordId = await SyncTwiceAsync("ben", "first", "second");
        await push.Crm.Org.Rep.EditAsync("Lead", recordId, new { Title = "the rep's" });

        await AnswerAsync(Person("ben", "first", 1), recordId, "first");
        await push.WantAsync(Person("carl", "any", 1));
        await push.SettledAsync(_connection);

        Title("ben").ShouldBe("the rep's");
    }

    [Fact]
    public async Task What_another_lead_captured_earlier_is_not_written_over_it()
    {
        await push.WantAsync(Person("fay", "found", 2));
        await push.SettledAsync(_connection);
        var recordId = push.Crm.Org.Find("Lead", Email("fay")).Single().Id;

        // Or it would be taken again first.
        await push.WantAsync(Person("fay", "found", 3) with { Withdrawn = true, Sections = [] });
        await push.SettledAsync(_connection);

        // The next owner had looked, and had found it.
        await AnswerAsync(Person("fay", "found", 2), recordId: null, "found", created: recordId);
        await push.WantAsync(Person("fay", "earlier", 1) with { LeadId = $"other-{_connection:N}" });
        await push.SettledAsync(_connection);

        Title("fay").ShouldBe("found");
    }

    [Fact]
    public async Task What_it_wrote_into_a_record_that_nobody_knew_counts_as_applied()
    {
        // The connection has a lane.
        await push.WantAsync(Person("hal", "any", 1));
        await push.SettledAsync(_connection);
        var recordId = await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Person",
                Company = "Acme",
                Email = Email("gus"),
                Title = "late",
            }
        );

        await AnswerAsync(Person("gus", "late", 2), recordId: null, "late", created: recordId);
        await push.WantAsync(Person("gus", "earlier", 1));
        await push.SettledAsync(_connection);

        Title("gus").ShouldBe("late");
    }

    [Fact]
    public async Task A_second_record_of_one_person_is_told()
    {
        await SyncTwiceAsync("dora", "first", "second");
        var other = await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Person",
                Company = "Acme",
                Email = Email("dora"),
            }
        );

        await AnswerAsync(Person("dora", "first", 1), recordId: null, "first", created: other);
        await push.SettledAsync(_connection);

        var failed = (await push.FailuresAsync()).Single(item => item.ConnectionId == _connection);
        failed.Code.ShouldBe("CREATED_TWICE");
        failed.Message.ShouldContain(other);
        // And nobody's third.
        push.Crm.Org.Find("Lead", Email("dora")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_lead_that_was_withdrawn_meanwhile_is_not_taken_again()
    {
        var recordId = await SyncTwiceAsync("emma", "first", "second");
        await push.WantAsync(Person("emma", "second", 3) with { Withdrawn = true, Sections = [] });
        var runs = await RunsAsync("emma");

        await AnswerAsync(Person("emma", "first", 1), recordId, "first");

        (await RunsAsync("emma")).ShouldBe(runs);
    }

    private async Task<long> RunsAsync(string name)
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<long>(
            "select wanted_run from lead_sync where connection_id = @_connection and lead_id = @lead",
            new { _connection, lead = $"{name}-{_connection:N}" }
        );
    }

    private async Task<string> SyncTwiceAsync(string name, string first, string second)
    {
        await push.WantAsync(Person(name, first, 1));
        await push.SettledAsync(_connection);
        await push.WantAsync(Person(name, second, 2));
        await push.SettledAsync(_connection);
        Title(name).ShouldBe(second);
        return push.Crm.Org.Find("Lead", Email(name)).Single().Id;
    }

    // As the stopped worker does when it goes on: it has its answer, and has lost the lane.
    private async Task AnswerAsync(MappedLead lead, string? recordId, string title, string? created = null)
    {
        var value = System.Text.Json.JsonSerializer.SerializeToElement(title);
        var plan = new WritePlan(
            "Lead",
            recordId,
            [new FieldDecision("Title", FieldValue.Null, value, WriteRule.Overwrite, Written: true, "NEW_VALUE")],
            new Dictionary<string, AppliedField>(StringComparer.Ordinal)
            {
                ["Title"] = new(value, Monday.AddHours(lead.Version), lead.Source),
            }
        );
        var waiting = new WaitingLead(PushUnderTest.Workspace, lead, 1, 1, 0, [], Link: null);
        var intent = new Intent(Guid.CreateVersion7(), waiting, plan, [], Monday, Monday, Monday);
        var lease = new Lease(
            _connection,
            PushUnderTest.Workspace,
            Guid.CreateVersion7(),
            Fence: 0,
            Faults: 0,
            "salesforce"
        );
        await push
            .Services.GetRequiredService<LateFacts>()
            .StoreAsync(
                lease,
                [(intent, new WriteResult(WriteStatus.Written, created ?? recordId))],
                TestContext.Current.CancellationToken
            );
    }

    private string? Title(string name) => (string?)push.Crm.Org.Find("Lead", Email(name))[0]["Title"];

    private MappedLead Person(string name, string title, long version) =>
        PushUnderTest.Lead(
            _connection,
            $"{name}-{_connection:N}",
            Email(name),
            version: version,
            capturedAt: Monday.AddHours(version),
            fields: [("LastName", "Person"), ("Company", "Acme"), ("Title", title)]
        );

    private string Email(string name) => $"{name}@{_connection:N}.example";
}
