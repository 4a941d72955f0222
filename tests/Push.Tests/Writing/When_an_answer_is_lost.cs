using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.Push.Tests.Writing;

public sealed class When_an_answer_is_lost(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Theory]
    [InlineData(FaultKind.DropAnswer, 0)]
    [InlineData(FaultKind.LateEffect, 1_200)]
    [InlineData(FaultKind.DropBeforeEffect, 0)]
    [InlineData(FaultKind.TruncateBody, 0)]
    public async Task Everybody_is_created_exactly_once(FaultKind fault, int delay)
    {
        push.Crm.Faults.Put(Once(fault, RequestKinds.Create) with { DelayMilliseconds = delay });

        await push.WantAsync([.. Enumerable.Range(0, 20).Select(number => Person($"p{number}"))]);
        await push.SettledAsync(_connection);
        await push.Crm.Faults.WhenLateEffectsAppliedAsync();

        for (var number = 0; number < 20; number++)
            push.Crm.Org.Find("Lead", Email($"p{number}")).Count.ShouldBe(1, $"p{number}");
        (await push.WrittenAsync()).Count(item => item.ConnectionId == _connection).ShouldBe(20);
    }

    [Fact]
    public async Task It_is_told_that_the_outcome_is_unknown_and_looked_for()
    {
        push.Crm.Faults.Put(Once(FaultKind.DropAnswer, RequestKinds.Create));

        await push.WantAsync(Person("anna"));
        await push.SettledAsync(_connection);

        var failed = (await push.FailuresAsync()).Single(item => item.ConnectionId == _connection);
        failed.Code.ShouldBe("OUTCOME_UNKNOWN");
        failed.Transient.ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_lead_of_the_same_person_waits_until_the_first_is_certain()
    {
        push.Crm.Faults.Put(Once(FaultKind.LateEffect, RequestKinds.Create) with { DelayMilliseconds = 1_000 });
        await push.WantAsync(Person("ben"));
        await Testing.Eventually.ShouldBe(() => push.Crm.Faults.All.Any(fault => fault.Struck == 1));

        await push.WantAsync(Person("ben") with { Source = "chat", LeadId = "other-ben" });
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("ben")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_update_that_was_lost_is_found_or_made()
    {
        await push.WantAsync(Person("carl"));
        await push.SettledAsync(_connection);
        push.Crm.Faults.Put(Once(FaultKind.DropBeforeEffect, RequestKinds.Update));

        await push.WantAsync(
            PushUnderTest.Lead(
                _connection,
                "carl",
                Email("carl"),
                version: 2,
                capturedAt: new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero),
                fields: [("LastName", "Person"), ("Company", "Acme"), ("Title", "Chief")]
            )
        );
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("carl")).ShouldHaveSingleItem()["Title"].ShouldBe("Chief");
    }

    private static FaultRule Once(FaultKind kind, string request) =>
        new()
        {
            Kind = kind,
            Match = new FaultMatch { Kind = request },
            Count = 1,
        };

    private MappedLead Person(string name) =>
        PushUnderTest.Lead(_connection, name, Email(name), fields: [("LastName", "Person"), ("Company", "Acme")]);

    private string Email(string name) => $"{name}@{_connection:N}.example";
}
