namespace LeadSync.CrmSimulator.Data;

/// <summary>Counts an org's API calls over the last 24 hours, by the minute.</summary>
internal sealed class ApiAllowance
{
    private readonly Queue<(DateTimeOffset Minute, int Calls)> minutes = new();
    private (DateTimeOffset Minute, int Calls) current;
    private int earlier;

    public int Used(DateTimeOffset now)
    {
        while (minutes.TryPeek(out var oldest) && oldest.Minute <= now - TimeSpan.FromHours(24))
            earlier -= minutes.Dequeue().Calls;
        return earlier + (current.Minute > now - TimeSpan.FromHours(24) ? current.Calls : 0);
    }

    public void Count(DateTimeOffset now)
    {
        var minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        if (minute != current.Minute && current.Calls > 0)
        {
            minutes.Enqueue(current);
            earlier += current.Calls;
            current = default;
        }

        current = (minute, current.Calls + 1);
    }

    public void Clear()
    {
        minutes.Clear();
        current = default;
        earlier = 0;
    }
}
