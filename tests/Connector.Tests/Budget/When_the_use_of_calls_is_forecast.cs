using LeadSync.Connector.Budget;

namespace LeadSync.Connector.Tests.Budget;

public sealed class When_the_use_of_calls_is_forecast
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [Fact]
    public void It_says_when_our_part_runs_out_if_it_goes_on_so()
    {
        var forecast = UsageForecast.Make([Read(120, 1_000), Read(60, 2_000), Read(0, 3_000)], left: 500, Now);

        forecast.ShouldBe(new UsageForecast(1_000, Now.AddMinutes(30)));
    }

    [Fact]
    public void What_was_long_ago_does_not_count() =>
        UsageForecast.Make([Read(1_000, 0), Read(60, 3_000), Read(0, 3_060)], left: 600, Now)!.PerHour.ShouldBe(60);

    [Fact]
    public void One_that_shrinks_or_lasts_more_than_a_day_does_not_run_out()
    {
        UsageForecast.Make([Read(60, 3_000), Read(0, 2_000)], left: 500, Now)!.RunsOutAt.ShouldBeNull();
        UsageForecast.Make([Read(60, 3_000), Read(0, 3_010)], left: 500, Now)!.RunsOutAt.ShouldBeNull();
    }

    [Fact]
    public void With_nothing_left_it_has_run_out() =>
        UsageForecast.Make([Read(60, 3_000), Read(0, 3_010)], left: 0, Now)!.RunsOutAt.ShouldBe(Now);

    [Fact]
    public void A_few_minutes_are_too_little_to_tell()
    {
        UsageForecast.Make([], left: 500, Now).ShouldBeNull();
        UsageForecast.Make([Read(5, 0), Read(0, 100)], left: 500, Now).ShouldBeNull();
    }

    private static UsageReading Read(int minutesAgo, long used) =>
        new() { ReadAt = Now.AddMinutes(-minutesAgo), Used = used };
}
