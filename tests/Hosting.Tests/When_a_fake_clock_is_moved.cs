using LeadSync.Testing;

namespace LeadSync.Hosting.Tests;

/// <summary>Tests stand on it, so it is tested too.</summary>
public sealed class When_a_fake_clock_is_moved
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void What_is_due_fires_in_its_order_each_at_its_own_time()
    {
        var started = _clock.GetUtcNow();
        var fired = new List<(string Name, double Seconds)>();
        using var late = Timer("late", seconds: 7);
        using var soon = Timer("soon", seconds: 2);
        using var often = Timer("often", seconds: 3, every: 3);
        using var never = Timer("never", seconds: 60);

        _clock.Advance(TimeSpan.FromSeconds(10));

        fired.ShouldBe([("soon", 2), ("often", 3), ("often", 6), ("late", 7), ("often", 9)]);
        (_clock.GetUtcNow() - started).ShouldBe(TimeSpan.FromSeconds(10));
        _clock.Waiting.ShouldBe(2);

        ITimer Timer(string name, int seconds, int every = 0) =>
            _clock.CreateTimer(
                _ => fired.Add((name, (_clock.GetUtcNow() - started).TotalSeconds)),
                null,
                TimeSpan.FromSeconds(seconds),
                every == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(every)
            );
    }

    [Fact]
    public async Task A_delay_ends_when_its_time_has_come_and_not_before()
    {
        var delay = Pause(TimeSpan.FromMinutes(5));

        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        delay.IsCompleted.ShouldBeFalse();

        _clock.Advance(TimeSpan.FromTicks(1));
        await delay;
    }

    // As waiting by a clock does it.
    private Task Pause(TimeSpan time)
    {
        var over = new TaskCompletionSource();
        _clock.CreateTimer(_ => over.SetResult(), null, time, Timeout.InfiniteTimeSpan);
        return over.Task;
    }
}
