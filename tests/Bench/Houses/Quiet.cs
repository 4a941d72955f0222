namespace LeadSync.Bench.Houses;

/// <summary>Waits until a house has nothing left to do, so that one measurement does not pay for another.</summary>
public sealed class Quiet(BenchHouse house)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(15);

    /// <summary>Until the history has the outcome of so many leads: it is the last to hear.</summary>
    /// <param name="written">Of all that this house was ever sent.</param>
    public async Task WaitAsync(long written, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Look);
        var began = TimeProvider.System.GetTimestamp();
        while (await ToldAsync() < written || !await IsEmptyAsync(stop))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Most)
                throw new NotDeliveredException(
                    $"The history has the outcome of {await ToldAsync()} leads of {written} after {Most.TotalMinutes} minutes"
                );
            await timer.WaitForNextTickAsync(stop);
        }
    }

    private Task<long> ToldAsync() =>
        house.AskAsync<long>(
            "Audit",
            "select count(*) from sync_state where state in ('created', 'updated', 'unchanged')"
        );

    private async Task<bool> IsEmptyAsync(CancellationToken stop)
    {
        await using var channel = await house.Broker.OpenChannelAsync();
        foreach (var queue in await house.Broker.QueuesAsync())
        {
            if (await channel.MessageCountAsync(queue, stop) > 0)
                return false;
        }
        return await house.AskAsync<long>("Push", "select count(*) from outcome") == 0;
    }
}
