using LeadSync.Contracts;

namespace LeadSync.Push.Tests.Access;

public sealed class When_calls_are_asked_for(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task They_are_for_a_new_lead_until_it_is_written_and_for_an_update_from_then_on()
    {
        await push.WantAsync(Person(version: 1, title: "CEO"));
        await push.SettledAsync(_connection);
        var forCreate = Asked();

        await push.WantAsync(Person(version: 2, title: "CTO"));
        await push.SettledAsync(_connection);
        var forUpdate = Asked().Skip(forCreate.Count).ToList();
        await push.WantAsync(Person(version: 3, title: "CFO"), Person(version: 1, title: "CEO", leadId: "second"));
        await push.SettledAsync(_connection);

        forCreate.ShouldNotBeEmpty();
        forCreate.ShouldAllBe(ask => ask.Priority == CallPriority.NewLead);
        forUpdate.ShouldNotBeEmpty();
        forUpdate.ShouldAllBe(ask => ask.Priority == CallPriority.Update);
        Asked().Skip(forCreate.Count + forUpdate.Count).ShouldContain(ask => ask.Priority == CallPriority.NewLead);
    }

    [Fact]
    public async Task What_the_CRM_said_of_its_usage_is_told_once_with_the_next()
    {
        await push.WantAsync(Person(version: 1, title: "CEO"));
        await push.SettledAsync(_connection);
        var before = Asked();

        await push.WantAsync(Person(version: 2, title: "CTO"));
        await push.SettledAsync(_connection);
        await push.WantAsync(Person(version: 3, title: "CFO"));
        await push.SettledAsync(_connection);

        before[0].Usage.ShouldBeNull();
        var told = Asked().Skip(before.Count).Select(ask => ask.Usage).OfType<ApiUsageSeen>().ToList();
        told.Count.ShouldBeGreaterThanOrEqualTo(2);
        told.ShouldAllBe(usage => usage.Allowance == push.Crm.Org.Settings.DailyApiRequests);
        told.Select(usage => usage.Used).ShouldBe(told.Select(usage => usage.Used).Distinct().Order());
        told[^1].Used.ShouldBeLessThanOrEqualTo(push.Crm.Org.ApiCallsUsed);
    }

    private List<GrantRequest> Asked() =>
        [.. push.Asked.Where(ask => ask.Connection == _connection).Select(ask => ask.Request)];

    private MappedLead Person(long version, string title, string leadId = "first") =>
        PushUnderTest.Lead(
            _connection,
            leadId,
            $"{leadId}@{_connection:N}.example",
            version: version,
            capturedAt: new DateTimeOffset(2026, 3, 1, 9, (int)version, 0, TimeSpan.Zero),
            fields: [("LastName", "Person"), ("Company", "Acme"), ("Title", title)]
        );
}
