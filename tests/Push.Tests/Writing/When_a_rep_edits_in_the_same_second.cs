using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Push.Tests.Lanes;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Writing;

/// <summary>
/// A rep's edit at each moment around our reading and our writing. The CRM's conditions count in seconds: what was read in the
/// second of an edit must not be written in that second.
/// </summary>
/// <param name="apart">Each guarded update is a call of its own.</param>
/// <param name="together">Guarded updates share composite calls.</param>
public sealed class When_a_rep_edits_in_the_same_second(
    PushUnderTest apart,
    UnhurriedPush together,
    ITestOutputHelper output
) : IClassFixture<PushUnderTest>, IClassFixture<UnhurriedPush>
{
    private const string Theirs = "the rep's";
    private static readonly WriteRule[] Rules = [WriteRule.OnlyWhenEmpty, WriteRule.UntilEdited];
    private readonly Guid _connection = Guid.CreateVersion7();

    /// <summary>Just before the CRM does what we ask, or just before we hear of it.</summary>
    public enum Moment
    {
        BeforeTheReading,
        AfterTheReading,
        BeforeTheWriting,
        AfterTheWriting,
    }

    public static TheoryData<Moment, bool> Moments =>
        [.. from moment in Enum.GetValues<Moment>() from together in (bool[])[false, true] select (moment, together)];

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task It_stands(Moment moment, bool inComposite)
    {
        var push = inComposite ? together : apart;
        var people = new List<(MappedLead Lead, string Record)>();
        foreach (var rule in Rules)
            people.Add(await PersonAsync(push, $"old-{rule}", rule));
        var old = TimeProvider.System.GetUtcNow();
        await Eventually.ShouldBe(() => TimeProvider.System.GetUtcNow() > old.AddSeconds(2));
        foreach (var rule in Rules)
            people.Add(await PersonAsync(push, $"fresh-{rule}", rule));
        var isReading = moment is Moment.BeforeTheReading or Moment.AfterTheReading;
        var edited = 0;
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                AfterEffect = moment is Moment.AfterTheReading or Moment.AfterTheWriting,
                Match = new FaultMatch { Kind = isReading ? RequestKinds.Query : RequestKinds.Update },
                Count = 1,
                Until = async () =>
                {
                    foreach (var (_, record) in people)
                        await push.Crm.Org.Rep.EditAsync("Lead", record, new { Phone = Theirs });
                    edited++;
                },
            }
        );
        var before = push.Crm.Journal.LastSequence;

        await push.TakeInAsync(people.Select(person => person.Lead));
        await push.SettledAsync(_connection, TimeSpan.FromMinutes(1));

        push.Crm.Faults.Clear();
        edited.ShouldBe(1);
        people.ShouldAllBe(person => push.Crm.Org.Get("Lead", person.Record)!["Phone"]!.Equals(Theirs));
        output.WriteLine($"{push.Crm.Journal.After(before).Count(entry => entry.Counted)} calls for {people.Count}");
    }

    private async Task<(MappedLead Lead, string Record)> PersonAsync(PushUnderTest push, string name, WriteRule rule)
    {
        var email = $"{name}.{_connection:N}@example.com".ToLowerInvariant();
        var record = await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Person",
                Company = "Acme",
                Email = email,
            }
        );
        (string, string?)[] fields = [("LastName", "Person"), ("Company", "Acme"), ("Phone", "ours")];
        return (PushUnderTest.Lead(_connection, name, email, rule: rule, fields: fields), record);
    }
}
