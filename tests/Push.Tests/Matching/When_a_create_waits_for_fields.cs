using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Matching;

public sealed class When_a_create_waits_for_fields(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly string[] Fields = ["Country"];
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task It_is_put_off_until_then_and_told_once()
    {
        await RuleAsync(within: 60, then: "create");

        await push.WantAsync(Person(Wanted(minutesAgo: 10)));
        await WaitsAsync();
        // Whatever has it looked at again, as somebody with its keys who is done.
        await DueAsync();
        await WaitsAsync();

        var matched = await MatchedAsync(SyncDecision.Wait);
        var wait = matched.ShouldHaveSingleItem();
        wait.Reason.ShouldBe("WAITS_FOR_FIELDS");
        wait.DecidedBy!.Setting.ShouldBe("createWhen");
        (wait.WaitsUntil!.Value - wait.OccurredAt).ShouldBe(TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(5));
        var lanes = await push.Client(PushUnderTest.Workspace, Role.Viewer)
            .GetFromJsonAsync<JsonElement>($"/v1/lanes/{_connection}", Stop);
        lanes.GetProperty("waitingForFields").GetInt32().ShouldBe(1);
        lanes.GetProperty("parked").GetInt32().ShouldBe(0);
        Created().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_newer_version_that_has_them_goes_at_once()
    {
        await RuleAsync(within: 60, then: "park");
        var version = Wanted(minutesAgo: 1);
        await push.WantAsync(Person(version));
        await WaitsAsync();

        await push.WantAsync(Person(version + 1, ("Country", "Norway")));
        await push.SettledAsync(_connection);

        Created().ShouldHaveSingleItem()["Country"].ShouldBe("Norway");
        var written = (await push.WrittenAsync()).Single(item => item.ConnectionId == _connection);
        written.FromVersion.ShouldBe(version);
        written.Version.ShouldBe(version + 1);
    }

    [Fact]
    public async Task When_the_time_is_over_it_is_created_by_itself()
    {
        await RuleAsync(within: 1, then: "create");

        await push.WantAsync(Person(Wanted(minutesAgo: 1) + (3 * 1_000_000)));
        await push.SettledAsync(_connection);

        Created().ShouldHaveSingleItem();
        (await push.FailuresAsync()).ShouldNotContain(item => item.ConnectionId == _connection);
    }

    [Fact]
    public async Task Or_it_is_left_to_people_until_the_rule_says_otherwise()
    {
        await RuleAsync(within: 1, then: "park");

        await push.WantAsync(Person(Wanted(minutesAgo: 2)));
        await push.SettledAsync(_connection);
        var failure = (await push.FailuresAsync()).Single(item => item.ConnectionId == _connection);
        var before = Created().Count;
        await RuleAsync(within: 1, then: "create");
        await push.SettledAsync(_connection);

        failure.Code.ShouldBe("CREATE_WHEN_MISSING");
        failure.Fields.ShouldBe(["Country"]);
        failure.Fix.ShouldNotBeEmpty();
        before.ShouldBe(0);
        Created().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_rule_that_waits_no_more_lets_it_go()
    {
        await RuleAsync(within: 60, then: "park");
        await push.WantAsync(Person(Wanted(minutesAgo: 1)));
        await WaitsAsync();

        await push.RuleAsync(_connection, new { });
        await push.SettledAsync(_connection);

        Created().ShouldHaveSingleItem();
    }

    private Task RuleAsync(int within, string then) =>
        push.RuleAsync(
            _connection,
            new
            {
                createWhen = new
                {
                    fields = Fields,
                    within,
                    then,
                },
            }
        );

    private Task WaitsAsync() =>
        Eventually.ShouldBe(
            () =>
                OneAsync<bool>(
                    """
                    select waits_code is not null and due_at > now() + interval '10 minutes' and parked_code is null and attempts = 0
                      from lead_sync where connection_id = @_connection
                    """
                ),
            "the lead waits for its fields"
        );

    private Task DueAsync() =>
        OneAsync<int>("update lead_sync set due_at = now() where connection_id = @_connection returning 1");

    private async Task<T> OneAsync<T>(string sql)
    {
        await using var database = await push.Database.Source.OpenConnectionAsync(Stop);
        return (await database.ExecuteScalarAsync<T>(sql, new { _connection }))!;
    }

    private async Task<List<MatchedRecord>> MatchedAsync(SyncDecision decision)
    {
        List<MatchedRecord> all = [];
        await Eventually.ShouldPass(async () =>
        {
            all = [.. (await push.MatchedAsync()).Where(item => item.ConnectionId == _connection)];
            all.ShouldContain(item => item.Decision == decision);
            (await OneAsync<bool>("select not exists (select from outcome)")).ShouldBeTrue();
        });
        return all;
    }

    private List<SimulatedRecord> Created() =>
        [.. push.Crm.Org.Records("Lead").Where(record => Equals(record["Title"], _connection.ToString()))];

    private MappedLead Person(long version, params (string, string?)[] fields) =>
        PushUnderTest.Lead(
            _connection,
            "anna",
            $"anna@{_connection:N}.example",
            version: version,
            fields: [("LastName", "Ng"), ("Company", "Acme"), ("Title", _connection.ToString()), .. fields]
        );

    // A lead's version is when it became wanted, in microseconds since 1970.
    private static long Wanted(int minutesAgo) =>
        (TimeProvider.System.GetUtcNow().AddMinutes(-minutesAgo) - DateTimeOffset.UnixEpoch).Ticks
        / TimeSpan.TicksPerMicrosecond;
}
