using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.Push.Tests.Writing;

public sealed class When_the_answers_to_creates_are_lost(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    public static TheoryData<Keys, FaultKind> Cases =>
        [
            .. from keys in Enum.GetValues<Keys>()
            from kind in (FaultKind[])[FaultKind.DropAnswer, FaultKind.LateEffect, FaultKind.DropBeforeEffect]
            select (keys, kind),
        ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Everybody_is_created_exactly_once(Keys keys, FaultKind fault)
    {
        push.AddExternalId();
        var lost = new LostCreates(push, keys);
        await lost.PrepareAsync();
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = fault,
                Match = new FaultMatch { Kind = RequestKinds.Write },
                // The second strikes what is sent again.
                Count = 2,
                DelayMilliseconds = fault == FaultKind.LateEffect ? 1_200 : 0,
            }
        );

        await push.TakeInAsync(lost.Leads);
        await push.SettledAsync(lost.Connection, TimeSpan.FromMinutes(2));
        await push.Crm.Faults.WhenLateEffectsAppliedAsync();
        push.Crm.Faults.Clear();

        await lost.ShouldBeCreatedOnceAsync();
    }
}
