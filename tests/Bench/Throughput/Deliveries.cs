using LeadSync.Bench.Houses;
using LeadSync.Bench.Loads;
using LeadSync.Bench.Machines;

namespace LeadSync.Bench.Throughput;

/// <summary>Sends leads into a house and waits until each is in the CRM exactly once.</summary>
public sealed class Deliveries(BenchHouse house)
{
    private readonly Quiet _quiet = new(house);
    private long _sent;

    /// <summary>Ends when nothing is left to do: outcomes are told, the history has them.</summary>
    /// <exception cref="NotDeliveredException">A lead was lost or written twice.</exception>
    public async Task<Delivery> RunAsync(WayIn wayIn, string run, int leads, CancellationToken stop)
    {
        var sending = await wayIn.PrepareAsync(house, run, leads);
        var arrivals = new Arrivals(house.Crm);
        var expected = new Expected(house, arrivals, sending.Emails);
        var watch = new LoadWatch(house.Processes.AllCpu);

        var began = TimeProvider.System.GetUtcNow();
        var send = sending.SendAsync(stop);
        var taken = TakenAsync(send, began);
        var last = await AllThereAsync(expected, send, stop);
        var meanwhile = watch.Read();
        _sent += leads;
        await _quiet.WaitAsync(_sent, stop);
        var told = TimeProvider.System.GetUtcNow();
        expected.ShouldBeThereOnce();
        return new Delivery(leads, last - began, await taken, told - began, await send, meanwhile);
    }

    private static async Task<DateTimeOffset> AllThereAsync(Expected expected, Task send, CancellationToken stop)
    {
        var there = expected.AllThereAsync(stop);
        // A load that fails must not be waited for until nothing comes any more.
        if (await Task.WhenAny(there, send) == send)
            await send;
        return await there;
    }

    private static async Task<TimeSpan> TakenAsync(Task send, DateTimeOffset began)
    {
        await send;
        return TimeProvider.System.GetUtcNow() - began;
    }
}

/// <summary>How one run went.</summary>
/// <param name="Took">From the first send to the last effect in the CRM, by the CRM's own journal.</param>
/// <param name="Taken">From the first send until all was acknowledged.</param>
/// <param name="Told">From the first send until the history had every outcome; looked at five times a second.</param>
/// <param name="Waits">How often the door said to wait.</param>
public sealed record Delivery(int Leads, TimeSpan Took, TimeSpan Taken, TimeSpan Told, int Waits, Load Load)
{
    public double Rate => Leads / Took.TotalSeconds;

    public double RateTold => Leads / Told.TotalSeconds;
}
