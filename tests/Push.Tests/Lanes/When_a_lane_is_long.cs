using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Push.Tests.Lanes;

/// <summary>Several batches of one lane are under way at the same time, each with people of its own.</summary>
public sealed class When_a_lane_is_long : IClassFixture<PushUnderTest>
{
    private const int BatchSize = 20;
    private readonly PushUnderTest _push;
    private readonly Guid _connection = Guid.CreateVersion7();

    public When_a_lane_is_long(PushUnderTest push)
    {
        _push = push;
        _push.Services.GetRequiredService<PushOptions>().BatchSize = BatchSize;
    }

    [Fact]
    public async Task A_batch_whose_call_takes_long_keeps_the_next_ones_from_nothing()
    {
        SlowTheFirstCreate();

        await _push.WantAsync([.. Enumerable.Range(0, 3 * BatchSize).Select(number => Person($"p{number}"))]);
        await _push.SettledAsync(_connection, TimeSpan.FromMinutes(2));

        var creates = Creates();
        creates.Count.ShouldBe(3);
        creates.Sum(entry => entry.Effects.Count).ShouldBe(3 * BatchSize);
        // The slow one was begun first and came last.
        var slow = creates.Single(entry => entry.Fault is not null);
        creates[^1].ShouldBe(slow);
    }

    [Fact]
    public async Task A_second_lead_of_somebody_under_way_waits_for_the_first()
    {
        SlowTheFirstCreate();
        var persons = Enumerable.Range(0, 2 * BatchSize).Select(number => Person($"q{number}")).ToList();
        var again = persons.Select(lead =>
            lead with
            {
                Source = "chat",
                LeadId = $"chat-{lead.LeadId}",
                EventId = Guid.CreateVersion7(),
            }
        );

        await _push.WantAsync([.. persons, .. again]);
        await _push.SettledAsync(_connection, TimeSpan.FromMinutes(2));

        for (var number = 0; number < 2 * BatchSize; number++)
            _push.Crm.Org.Find("Lead", Email($"q{number}")).Count.ShouldBe(1, $"q{number}");
    }

    [Fact]
    public async Task Two_batches_that_find_the_same_record_do_not_write_it_at_the_same_time()
    {
        var existing = await _push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Person",
                Company = "Acme",
                Email = Email("shared"),
            }
        );
        _push.Crm.Faults.Put(Slow(RequestKinds.Update));
        // One knows the person by the address, one by the record's id: neither knows of the other.
        var byAddress = Person("shared", "chat", ("Title", "by address"));
        var byRecord = PushUnderTest.Lead(
            _connection,
            "z-by-record",
            fields: [("LastName", "Person"), ("Phone", "1")]
        ) with
        {
            Match = new MatchKeys { Records = [new KnownRecord("Lead", existing)] },
        };
        var others = Enumerable.Range(0, 2 * BatchSize - 2).Select(number => Person($"r{number}"));

        await _push.WantAsync([byAddress, .. others, byRecord]);
        await _push.SettledAsync(_connection, TimeSpan.FromMinutes(2));

        var record = _push.Crm.Org.Find("Lead", Email("shared")).ShouldHaveSingleItem();
        record.Id.ShouldBe(existing);
        record["Title"].ShouldBe("by address");
        record["Phone"].ShouldBe("1");
        var writes = _push.Crm.Journal.After(0).Where(entry => entry.Effects.Any(effect => effect.Id == existing));
        writes.Skip(1).First().Fault.ShouldNotBeNull("the slow write of the one comes before that of the other");
    }

    private void SlowTheFirstCreate() => _push.Crm.Faults.Put(Slow(RequestKinds.Create));

    // Long enough for the batches beside it, on a machine that does much else.
    private static FaultRule Slow(string kind) =>
        new()
        {
            Kind = FaultKind.Delay,
            Match = new FaultMatch { Kind = kind },
            Count = 1,
            DelayMilliseconds = 6_000,
        };

    private List<JournalEntry> Creates() =>
        [
            .. _push
                .Crm.Journal.After(0)
                .Where(entry => entry.Effects.Any(effect => Mine(effect.Fields.Select(field => field.After)))),
        ];

    private bool Mine(IEnumerable<object?> values) =>
        values.Any(value =>
            value is string text && text.EndsWith($"@{_connection:N}.example", StringComparison.Ordinal)
        );

    private MappedLead Person(string name, string source = "web", params (string, string?)[] more) =>
        PushUnderTest.Lead(
            _connection,
            name,
            Email(name),
            source,
            fields: [("LastName", "Person"), ("Company", "Acme"), .. more]
        );

    private string Email(string name) => $"{name}@{_connection:N}.example";
}
