using LeadSync.Contracts;

namespace LeadSync.Push.Tests.Lanes;

public sealed class When_a_thousand_leads_wait(PushUnderTest push) : IClassFixture<PushUnderTest>
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
        TestContext.Current.SendDiagnosticMessage(
            $"calls: {creates} to create, {updates} to update, {nothing} for nothing"
        );
    }

    private async Task<int> CallsAsync(IReadOnlyCollection<MappedLead> leads)
    {
        var before = push.Crm.Journal.LastSequence;
        await push.TakeInAsync(leads);
        await push.SettledAsync(_connection, TimeSpan.FromMinutes(2));
        return push.Crm.Journal.After(before).Count(entry => entry.Counted);
    }

    private MappedLead Person(int number, long version, string title, bool hasExternalId)
    {
        (string, string?)[] fields = [("LastName", $"Person {number}"), ("Company", Company), ("Title", title)];
        return PushUnderTest.Lead(
            _connection,
            $"p{number}",
            $"p{number}@{_connection:N}.example",
            version: version,
            capturedAt: new DateTimeOffset(2026, 3, (int)version, 0, 0, 0, TimeSpan.Zero),
            fields: hasExternalId ? [.. fields, (PushUnderTest.ExternalId, $"{_connection:N}-{number}")] : fields
        );
    }
}
