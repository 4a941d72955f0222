using LeadSync.Contracts;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Lanes;

public sealed class When_a_thousand_leads_wait(UnhurriedPush push, ITestOutputHelper output)
    : IClassFixture<UnhurriedPush>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    private string Company => $"Acme {_connection:N}";

    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 6)]
    public async Task They_are_created_and_updated_in_few_calls(bool hasExternalId, int most)
    {
        if (hasExternalId)
        {
            push.AddExternalId();
            await push.RuleAsync(_connection, new { externalIdField = PushUnderTest.ExternalId });
        }
        List<MappedLead> Leads(long version, string title) =>
            [.. Enumerable.Range(0, 1_000).Select(number => Person(number, version, title, hasExternalId))];

        var creates = await CallsAsync(Leads(1, "Boss"));
        var updates = await CallsAsync(Leads(2, "Chief"));
        var nothing = await CallsAsync(Leads(3, "Chief"));

        push.Crm.Org.Records("Lead")
            .Count(record => Equals(record["Title"], "Chief") && Equals(record["Company"], Company))
            .ShouldBe(1_000);
        creates.ShouldBeInRange(1, most);
        updates.ShouldBeInRange(1, most);
        // Only the searches.
        nothing.ShouldBeLessThan(updates);
        output.WriteLine($"calls: {creates} to create, {updates} to update, {nothing} for nothing");
    }

    // What it costs that a rep's edit stands: each update goes under a condition of its own, twenty-five in a call.
    [Fact]
    public async Task They_are_updated_under_guard_in_at_most_fifty_calls()
    {
        await CallsAsync(Guarded(1, title: null));
        // A record that was changed in the second of the reading waits for the next one, and costs another reading.
        var created = TimeProvider.System.GetUtcNow();
        await Eventually.ShouldBe(() => TimeProvider.System.GetUtcNow() > created + TimeSpan.FromSeconds(2));

        var updates = await CallsAsync(Guarded(2, "Chief"));

        output.WriteLine($"calls: {updates} to update under guard");
        push.Crm.Org.Records("Lead")
            .Count(record => Equals(record["Title"], "Chief") && Equals(record["Company"], Company))
            .ShouldBe(1_000);
        updates.ShouldBeInRange(40, 50);

        List<MappedLead> Guarded(long version, string? title) =>
            [
                .. Enumerable
                    .Range(0, 1_000)
                    .Select(number => Person(number, version, title, hasExternalId: false, WriteRule.OnlyWhenEmpty)),
            ];
    }

    private async Task<int> CallsAsync(IReadOnlyCollection<MappedLead> leads)
    {
        var before = push.Crm.Journal.LastSequence;
        await push.TakeInAsync(leads);
        await push.SettledAsync(_connection, TimeSpan.FromMinutes(2));
        return push.Crm.Journal.After(before).Count(entry => entry.Counted);
    }

    private MappedLead Person(
        int number,
        long version,
        string? title,
        bool hasExternalId,
        WriteRule rule = WriteRule.Overwrite
    )
    {
        (string, string?)[] fields =
        [
            ("LastName", $"Person {number}"),
            ("Company", Company),
            .. title is null ? [] : new[] { ("Title", (string?)title) },
        ];
        return PushUnderTest.Lead(
            _connection,
            $"p{number}",
            $"p{number}@{_connection:N}.example",
            version: version,
            rule: rule,
            capturedAt: new DateTimeOffset(2026, 3, (int)version, 0, 0, 0, TimeSpan.Zero),
            fields: hasExternalId ? [.. fields, (PushUnderTest.ExternalId, $"{_connection:N}-{number}")] : fields
        );
    }
}
