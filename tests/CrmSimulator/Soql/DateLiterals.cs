namespace LeadSync.CrmSimulator.Soql;

/// <summary>The named stretches of days that a query may compare with, in UTC.</summary>
internal static class DateLiterals
{
    /// <summary>Null when the name is none; <paramref name="n"/> is what stands after the colon.</summary>
    public static (DateOnly From, DateOnly To)? Find(string name, int? n, DateOnly today)
    {
        var week = today.AddDays(-(int)today.DayOfWeek);
        var month = new DateOnly(today.Year, today.Month, 1);
        var year = new DateOnly(today.Year, 1, 1);
        return (name.ToUpperInvariant(), n) switch
        {
            ("TODAY", null) => (today, today.AddDays(1)),
            ("YESTERDAY", null) => (today.AddDays(-1), today),
            ("TOMORROW", null) => (today.AddDays(1), today.AddDays(2)),
            ("LAST_WEEK", null) => (week.AddDays(-7), week),
            ("THIS_WEEK", null) => (week, week.AddDays(7)),
            ("NEXT_WEEK", null) => (week.AddDays(7), week.AddDays(14)),
            ("LAST_MONTH", null) => (month.AddMonths(-1), month),
            ("THIS_MONTH", null) => (month, month.AddMonths(1)),
            ("NEXT_MONTH", null) => (month.AddMonths(1), month.AddMonths(2)),
            ("LAST_YEAR", null) => (year.AddYears(-1), year),
            ("THIS_YEAR", null) => (year, year.AddYears(1)),
            ("LAST_90_DAYS", null) => (today.AddDays(-89), today.AddDays(1)),
            ("NEXT_90_DAYS", null) => (today.AddDays(1), today.AddDays(91)),
            ("LAST_N_DAYS", { } days) => (today.AddDays(-days), today.AddDays(1)),
            ("NEXT_N_DAYS", { } days) => (today.AddDays(1), today.AddDays(days + 1)),
            _ => null,
        };
    }
}
