namespace LeadSync.Mapping.Tests;

public sealed class When_days_and_times_are_read
{
    private const string GermanDay = """{"date":{"formats":["dd.MM.yyyy","d MMMM yyyy"]}}""";
    private const string DayInTokyo = """{"date":{"zone":"Asia/Tokyo"}}""";
    private const string Berlin =
        """{"datetime":{"formats":["dd.MM.yyyy HH:mm","yyyy-MM-dd"],"zone":"Europe/Berlin"}}""";

    [Theory]
    [InlineData("date", "2026-01-31", "2026-01-31")]
    [InlineData("date", "2026-02-30", Steps.Refused)]
    [InlineData("date", "31.01.2026", Steps.Refused)]
    [InlineData("date", "", Steps.Nothing)]
    [InlineData(GermanDay, " 31.01.2026 ", "2026-01-31")]
    [InlineData(GermanDay, "1 March 2026", "2026-03-01")]
    [InlineData(GermanDay, "01/31/2026", Steps.Refused)]
    // An instant's day is the one that was written down, and another only where a zone is stated.
    [InlineData("date", "2026-01-31T23:30:00-08:00", "2026-01-31")]
    [InlineData("date", "2026-01-31T23:30:00Z", "2026-01-31")]
    [InlineData(DayInTokyo, "2026-01-31T23:30:00Z", "2026-02-01")]
    [InlineData(DayInTokyo, "2026-01-31", "2026-01-31")]
    public void A_day_never_shifts(string step, string text, string expected) =>
        Steps.Of(step, text).ShouldBe(expected);

    [Theory]
    [InlineData("datetime", "2026-01-31T09:30:00+02:00", "2026-01-31T07:30:00Z")]
    [InlineData("datetime", "2026-01-31T09:30:00", Steps.Refused)]
    [InlineData("datetime", "2026-01-31", Steps.Refused)]
    [InlineData(Berlin, "31.01.2026 09:30", "2026-01-31T08:30:00Z")]
    [InlineData(Berlin, "31.07.2026 09:30", "2026-07-31T07:30:00Z")]
    [InlineData(Berlin, "2026-07-31", "2026-07-30T22:00:00Z")]
    [InlineData(Berlin, "2026-07-31T09:30:00Z", "2026-07-31T09:30:00Z")]
    // 29 March 2026, the clock went from 2 to 3; 25 October, twice through the hour from 2 to 3.
    [InlineData(Berlin, "29.03.2026 02:30", Steps.Refused)]
    [InlineData(Berlin, "25.10.2026 02:30", "2026-10-25T00:30:00Z")]
    [InlineData("""{"datetime":{"formats":["unixSeconds"]}}""", "1767225600", "2026-01-01T00:00:00Z")]
    [InlineData("""{"datetime":{"formats":["unixMilliseconds"]}}""", "1767225600500", "2026-01-01T00:00:00.5Z")]
    [InlineData("""{"datetime":{"formats":["unixSeconds"]}}""", "99999999999999999", Steps.Refused)]
    [InlineData(
        """{"datetime":{"formats":["dd.MM.yyyy HH:mm zzz"]}}""",
        "31.01.2026 09:30 +02:00",
        "2026-01-31T07:30:00Z"
    )]
    [InlineData(
        """{"datetime":{"formats":["M/d/yyyy h:mm tt"],"zone":"UTC"}}""",
        "1/31/2026 9:30 PM",
        "2026-01-31T21:30:00Z"
    )]
    [InlineData(
        """{"datetime":{"formats":["dd.MM.yyyy HH:mm"],"zone":"Asia/Tokyo"}}""",
        "01.01.0001 00:00",
        Steps.Refused
    )]
    public void A_time_is_of_the_zone_that_is_stated(string step, string text, string expected) =>
        Steps.Of(step, text).ShouldBe(expected);

    [Fact]
    public void A_count_of_seconds_may_be_a_number() =>
        Steps.Of("""{"datetime":{"formats":["unixSeconds"]}}""", 1767225600).ShouldBe("2026-01-01T00:00:00Z");

    [Theory]
    [InlineData("""{"date":{"formats":["dd.MM.yy"]}}""", "step.date.formats[0] has letters that no part")]
    [InlineData("""{"date":{"formats":["dd.MM.yyyy HH:mm"]}}""", "step.date.formats[0] is the format of a time")]
    [InlineData("""{"date":{"formats":["MM.yyyy"]}}""", "does not say day, month and year")]
    [InlineData("""{"date":{"zone":"Berlin"}}""", "step.date.zone is no time zone")]
    [InlineData("""{"date":{"formats":"dd.MM.yyyy"}}""", "step.date.formats is no list of texts")]
    [InlineData(
        """{"datetime":{"formats":["dd.MM.yyyy HH:mm"]}}""",
        "step.datetime.formats[0] says no offset, and no zone"
    )]
    [InlineData("""{"datetime":{"formats":["dd.MM.yyyy hh:mm"],"zone":"UTC"}}""", "hours of a half day")]
    [InlineData("""{"datetime":{"formats":["yyyy-MM-dd'T'HH:mm"],"zone":"UTC"}}""", "has letters that no part")]
    public void What_is_stated_badly_is_told_with_its_place(string step, string expected) =>
        Steps.Faults(step).ShouldContain(expected);
}
