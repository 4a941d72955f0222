using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Writing;

public sealed class When_a_rep_edits_what_we_are_writing(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task An_edit_between_our_reading_and_our_writing_stands_and_is_seen_the_next_time()
    {
        var record = await ExistingAsync("anna");
        await TimePassesAsync();
        // Before its effect: the record was read, and the update is on its way.
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                DelayMilliseconds = 1_500,
                Match = new FaultMatch { Kind = RequestKinds.Update },
                Count = 1,
            }
        );

        await push.WantAsync(Person("anna", WriteRule.OnlyWhenEmpty, ("Phone", "ours")));
        await Eventually.ShouldBe(IsUnderWayAsync, "the update is decided");
        await push.Crm.Org.Rep.EditAsync("Lead", record, new { Phone = "the rep's" });
        await push.SettledAsync(_connection);

        push.Crm.Org.Get("Lead", record)!["Phone"].ShouldBe("the rep's");
        var written = (await push.WrittenAsync()).Single(item => item.ConnectionId == _connection);
        written.Outcome.ShouldBe(WriteOutcome.Unchanged);
        written.Fields.Single(field => field.Field == "Phone").Reason.ShouldBe("NOT_EMPTY");
        (await push.FailuresAsync())
            .Where(failure => failure.ConnectionId == _connection)
            .Select(failure => (failure.Code, failure.Transient))
            .ShouldBe([("RECORD_CHANGED", true)]);
    }

    [Theory]
    [InlineData(WriteRule.OnlyWhenEmpty)]
    [InlineData(WriteRule.UntilEdited)]
    public async Task Edits_at_any_moment_around_ours_are_never_written_over(WriteRule rule)
    {
        string[] names = [.. Enumerable.Range(0, 20).Select(number => $"{rule}{number}")];
        var records = new List<string>();
        foreach (var name in names)
            records.Add(await ExistingAsync(name));

        await push.WantAsync([.. names.Select(name => Person(name, rule, ("Phone", "ours")))]);
        // One edit for each call that Push makes, and the rest once it has settled: before it reads, between, and after.
        foreach (var record in records)
        {
            var seen = push.Crm.Journal.LastSequence;
            await push.Crm.Org.Rep.EditAsync("Lead", record, new { Phone = "the rep's" });
            await Eventually.ShouldBe(async () =>
                push.Crm.Journal.After(seen).Any(entry => entry.Kind is not (RequestKinds.Token or RequestKinds.ByHand))
                || await IsSettledAsync()
            );
        }
        await push.SettledAsync(_connection);

        // Whoever came first: an edit after our write replaces ours, one before it keeps us from writing.
        records.ShouldAllBe(record => push.Crm.Org.Get("Lead", record)!["Phone"]!.Equals("the rep's"));
    }

    [Fact]
    public async Task Guarded_updates_do_not_use_up_the_attempts_of_leads_when_the_granted_calls_run_out()
    {
        string[] names = [.. Enumerable.Range(0, 60).Select(number => $"many{number}")];
        foreach (var name in names)
            await ExistingAsync(name);
        await TimePassesAsync();
        push.MostCalls = 7;

        await push.WantAsync([.. names.Select(name => Person(name, WriteRule.OnlyWhenEmpty, ("Phone", "ours")))]);
        await push.SettledAsync(_connection);

        names.ShouldAllBe(name => push.Crm.Org.Find("Lead", Email(name)).Single()["Phone"]!.Equals("ours"));
        (await push.FailuresAsync()).ShouldNotContain(failure => failure.ConnectionId == _connection);
    }

    private async Task<bool> IsSettledAsync()
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<bool>(
            "select not exists (select from lead_sync where connection_id = @_connection and wanted_run > done_run)",
            new { _connection }
        );
    }

    private async Task<bool> IsUnderWayAsync()
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<bool>(
            "select exists (select from intent where connection_id = @_connection)",
            new { _connection }
        );
    }

    // A record that was changed in this very second is not written under a guard: the tests that want it written at once
    // let the CRM's clock go on.
    private static async Task TimePassesAsync()
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(3);
        await Eventually.ShouldBe(() => TimeProvider.System.GetUtcNow() > until);
    }

    private Task<string> ExistingAsync(string name) =>
        push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Person",
                Company = "Acme",
                Email = Email(name),
            }
        );

    private MappedLead Person(string name, WriteRule rule, params (string, string?)[] fields) =>
        PushUnderTest.Lead(
            _connection,
            $"{_connection:N}-{name}",
            Email(name),
            rule: rule,
            fields: [("LastName", "Person"), ("Company", "Acme"), .. fields]
        );

    private string Email(string name) => $"{name.ToLowerInvariant()}.{_connection:N}@example.com";
}
