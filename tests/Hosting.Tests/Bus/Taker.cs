using System.Collections.Concurrent;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Hosting.Tests.Bus;

/// <summary>Takes items in as the test says, and remembers what came.</summary>
public class Taker<TItem> : IItemConsumer<TItem>
{
    private readonly ConcurrentQueue<Arrived<TItem>> _taken = new();
    private readonly ConcurrentQueue<Arrived<TItem>> _rejected = new();
    private int _attempts;

    /// <summary>What was taken in, once its attempt had succeeded.</summary>
    public IReadOnlyList<Arrived<TItem>> Taken => [.. _taken];

    public IReadOnlyList<Arrived<TItem>> Rejected => [.. _rejected];

    /// <summary>How often it was asked to take something in, successfully or not.</summary>
    public int Attempts => _attempts;

    /// <summary>What it does with items before it has taken them; throws or waits to play a fault.</summary>
    public Func<IReadOnlyList<Arrived<TItem>>, CancellationToken, Task> Act { get; set; } =
        (_, _) => Task.CompletedTask;

    /// <summary>What it does with an item that was refused.</summary>
    public Func<Arrived<TItem>, Task> ActOnReject { get; set; } = _ => Task.CompletedTask;

    public async Task ConsumeAsync(IReadOnlyList<Arrived<TItem>> items, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _attempts);
        await Act(items, cancellationToken);
        foreach (var item in items)
            _taken.Enqueue(item);
    }

    public async Task RejectAsync(Arrived<TItem> item, Exception fault, CancellationToken cancellationToken)
    {
        await ActOnReject(item);
        _rejected.Enqueue(item);
    }
}

public sealed class EdgeTaker : Taker<JsonElement>;

public sealed class EventTaker : Taker<CapturedLead>;
