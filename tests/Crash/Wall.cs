namespace LeadSync.Crash;

/// <summary>Waiting by the real clock: a trial is about real processes, whose leases and limits run by it.</summary>
internal static class Wall
{
    public static async Task WaitAsync(TimeSpan time, CancellationToken stop = default)
    {
        if (time <= TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(stop);
    }
}
