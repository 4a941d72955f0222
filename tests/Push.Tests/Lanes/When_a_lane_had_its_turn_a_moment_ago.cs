using LeadSync.Push.Lanes;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Lanes;

/// <summary>What trickles into a lane is to share calls, and what comes after a while is not to wait.</summary>
public sealed class When_a_lane_had_its_turn_a_moment_ago
{
    private static readonly PushOptions Options = new();
    private readonly FakeClock _clock = new();
    private readonly LaneRests _rests;
    private readonly (Guid First, Guid Second) _lanes = (Guid.CreateVersion7(), Guid.CreateVersion7());

    public When_a_lane_had_its_turn_a_moment_ago() => _rests = new LaneRests(Options, _clock);

    [Fact]
    public void It_rests_until_its_time_is_over()
    {
        _rests.Begin(_lanes.First);
        _clock.Advance(Options.TurnEvery - TimeSpan.FromMilliseconds(1));
        _rests.Now().Lanes.ShouldBe([_lanes.First]);

        _clock.Advance(TimeSpan.FromMilliseconds(1));

        _rests.Now().Lanes.ShouldBeEmpty();
    }

    [Fact]
    public void A_worker_looks_again_when_the_first_has_rested()
    {
        _rests.Begin(_lanes.First);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        _rests.Begin(_lanes.Second);

        _rests.Now().Until.ShouldBe(Options.TurnEvery - TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_worker_looks_as_usual_when_none_rests() => _rests.Now().Until.ShouldBe(Options.IdleWait);
}
