using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Writing;

/// <summary>
/// A person is Lead and Contact. Two replicas, real processes: the one that has written the Lead is killed with the call for the Contact, which is
/// guarded and so goes by itself, under way.
/// </summary>
public sealed class When_a_replica_is_killed_between_two_records : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly PushUnderTest _push = new();
    private readonly LeadAndContact _people;

    public When_a_replica_is_killed_between_two_records() => _people = new LeadAndContact(_push);

    public async ValueTask InitializeAsync()
    {
        await _push.InitializeAsync();
        await _people.PrepareAsync();
        await _people.ThereIsAsync("anna");
        // A record that was changed in this very second is not written under a guard.
        var until = TimeProvider.System.GetUtcNow().AddSeconds(3);
        await Eventually.ShouldBe(() => TimeProvider.System.GetUtcNow() > until);
        // From here on only the processes work on the lane.
        await _push.StopAsync();
        _push.Settings["Push:Lease"] = "00:00:05";
    }

    [Theory]
    [InlineData(FaultKind.Delay)]
    [InlineData(FaultKind.DropBeforeEffect)]
    public async Task The_next_one_ends_both_and_writes_neither_twice(FaultKind fault)
    {
        _push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = fault,
                Match = new FaultMatch { Kind = RequestKinds.Update, Object = "Contact" },
                AfterEffect = fault == FaultKind.Delay,
                DelayMilliseconds = 20_000,
                Count = 1,
            }
        );
        var before = _push.Crm.Journal.LastSequence;
        using (var first = new PushReplica(_push))
        {
            await _push.TakeInAsync([_people.Wanted("anna", "Chief", contactRule: WriteRule.OnlyWhenEmpty)]);
            await Eventually.ShouldBe(
                () => Equals(_people.Lead("anna")["Title"], "Chief") && _push.Crm.Faults.All.Single().Struck == 1,
                "the Lead is written, and the Contact under way",
                Patience
            );
            await first.KillAsync();
        }
        using var second = new PushReplica(_push);

        await _push.SettledAsync(_people.Connection, Patience);

        _people.Lead("anna")["Title"].ShouldBe("Chief");
        _people.Contact("anna")["Title"].ShouldBe("Chief");
        _push.Crm.Journal.After(before).Sum(entry => entry.Effects.Count).ShouldBe(2, "each record was changed once");
        (await _people.WrittenAsync("anna"))
            .Where(one => !one.Partly)
            .Select(one => one.Record.Object)
            .ShouldBe(["Contact", "Lead"], ignoreOrder: true);
        (await _people.LinkedAsync("anna")).ShouldBe("Contact+Lead");
    }

    public ValueTask DisposeAsync() => _push.DisposeAsync();
}
