using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Lanes;

public sealed class When_something_is_in_the_way(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Theory]
    [InlineData(503, "CRM_UNAVAILABLE")]
    [InlineData(409, "AUTH_REVOKED")]
    public async Task The_lane_rests_with_its_reason_and_goes_on_by_itself(int status, string code)
    {
        push.ConnectorRefuses = (status, FailureCatalogue.All[code]);
        await push.WantAsync(Person("anna"));
        await Eventually.ShouldBe(async () => await LaneCodeAsync() == code);

        push.ConnectorRefuses = null;
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("anna")).ShouldHaveSingleItem();
        (await LaneCodeAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task An_expired_session_is_renewed_once_and_nobody_notices()
    {
        await push.WantAsync(Person("ben"));
        await push.SettledAsync(_connection);
        var before = push.Renewals.Count;

        push.Crm.Org.ExpireSessions();
        await push.WantAsync(Person("carl"), Person("dora"));
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("dora")).ShouldHaveSingleItem();
        (push.Renewals.Count - before).ShouldBe(1);
        (await push.FailuresAsync()).ShouldNotContain(failure => failure.ConnectionId == _connection);
    }

    [Fact]
    public async Task A_locked_row_is_tried_again()
    {
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.LockRow,
                Match = new FaultMatch { Kind = RequestKinds.Create },
                Count = 1,
            }
        );

        await push.WantAsync(Person("emil"));
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("emil")).ShouldHaveSingleItem();
        var failed = (await push.FailuresAsync()).Single(failure => failure.ConnectionId == _connection);
        failed.Code.ShouldBe("ROW_LOCKED");
        failed.NextAttemptAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_record_that_the_org_refuses_is_parked_alone()
    {
        var tooLong = PushUnderTest.Lead(
            _connection,
            "fritz",
            Email("fritz"),
            fields: [("LastName", new string('x', 81)), ("Company", "Acme")]
        );

        await push.WantAsync(tooLong, Person("gerd"));
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("gerd")).ShouldHaveSingleItem();
        var failed = (await push.FailuresAsync()).Single(failure => failure.ConnectionId == _connection);
        failed.Code.ShouldBe("TOO_LONG");
        failed.Message.ShouldNotContain("xxxxx");
    }

    [Fact]
    public async Task A_field_that_the_org_does_not_have_stops_only_those_who_want_it()
    {
        var lost = PushUnderTest.Lead(
            _connection,
            "hans",
            Email("hans"),
            fields: [("LastName", "Person"), ("Company", "Acme"), ("Gone__c", "x")]
        );

        await push.WantAsync(lost, Person("inge"));
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("inge")).ShouldHaveSingleItem();
        push.Crm.Org.Find("Lead", Email("hans")).ShouldBeEmpty();
        (await push.FailuresAsync())
            .Single(failure => failure.ConnectionId == _connection)
            .Code.ShouldBe("SCHEMA_CHANGED");
    }

    [Fact]
    public async Task A_service_that_is_stopped_and_started_goes_on_where_it_was()
    {
        push.ConnectorRefuses = (503, FailureCatalogue.CrmUnavailable);
        await push.WantAsync([.. Enumerable.Range(0, 50).Select(number => Person($"p{number}"))]);

        await push.StopAsync();
        push.ConnectorRefuses = null;
        await push.StartAsync();
        await push.SettledAsync(_connection);

        Enumerable.Range(0, 50).ShouldAllBe(number => push.Crm.Org.Find("Lead", Email($"p{number}")).Count == 1);
    }

    private async Task<string?> LaneCodeAsync()
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<string?>(
            "select pause_code from lane where connection_id = @connection",
            new { connection = _connection }
        );
    }

    private MappedLead Person(string name) =>
        PushUnderTest.Lead(_connection, name, Email(name), fields: [("LastName", "Person"), ("Company", "Acme")]);

    private string Email(string name) => $"{name}@{_connection:N}.example";
}
