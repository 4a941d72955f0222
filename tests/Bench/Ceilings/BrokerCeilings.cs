using System.Text;
using LeadSync.Bench.Figures;
using LeadSync.Bench.Machines;
using LeadSync.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace LeadSync.Bench.Ceilings;

/// <summary>
/// What the broker does for the plain client, in quorum queues, with messages that outlive it: nothing that is built on it is
/// quicker. A lead is 1 KiB of text, about what <c>LeadMapped</c> says of one.
/// </summary>
public sealed class BrokerCeilings : IAsyncDisposable
{
    private const string Part = "ceilings";
    private const int Messages = 20_000;
    private const int Unconfirmed = 500;
    private const ushort Prefetch = 500;
    private const string First = "bench.first";
    private const string Second = "bench.second";
    private static readonly byte[] Lead = Encoding.UTF8.GetBytes(new string('x', 1_024));
    private readonly TestBroker _broker = new();

    /// <summary>Published, consumed, published on, consumed: what a lead does at least between a product and Push.</summary>
    public static async Task<Figure> TwoHopsAsync(int runs, int leadsInMessage, CancellationToken stop)
    {
        await using var ceilings = new BrokerCeilings();
        await ceilings.OpenAsync(stop);
        var (body, messages) = Shape(leadsInMessage);
        var values = new List<Run>();
        for (var run = 0; run < runs; run++)
            values.Add(await Timed(messages * leadsInMessage, () => ceilings.HopTwiceAsync(body, messages, stop)));
        return new Figure(Part, $"broker, two hops, {InMessage(leadsInMessage)}", "leads/s", values);
    }

    /// <summary>One hop in two halves: into the queue with confirms, and out of it with acknowledgements.</summary>
    public static async Task<IReadOnlyList<Figure>> OneHopAsync(int runs, int leadsInMessage, CancellationToken stop)
    {
        await using var ceilings = new BrokerCeilings();
        await ceilings.OpenAsync(stop);
        var (body, messages) = Shape(leadsInMessage);
        var (published, delivered) = (new List<Run>(), new List<Run>());
        for (var run = 0; run < runs; run++)
        {
            published.Add(await Timed(messages * leadsInMessage, () => ceilings.PublishAsync(body, messages, stop)));
            delivered.Add(
                await Timed(messages * leadsInMessage, () => ceilings.TakeAsync(First, messages, null, stop))
            );
        }
        return
        [
            new Figure(Part, $"broker, publish with confirm, {InMessage(leadsInMessage)}", "leads/s", published),
            new Figure(
                Part,
                $"broker, deliver with acknowledgement, {InMessage(leadsInMessage)}",
                "leads/s",
                delivered
            ),
        ];
    }

    private static string InMessage(int leads) => leads == 1 ? "one lead a message" : $"{leads} leads a message";

    // No more bytes in lists than in single messages.
    private static (byte[] Body, int Messages) Shape(int leadsInMessage) =>
        ([.. Enumerable.Repeat(Lead, leadsInMessage).SelectMany(lead => lead)], Messages / leadsInMessage);

    private static async Task<Run> Timed(int leads, Func<Task> work)
    {
        var watch = new LoadWatch(() => null);
        var began = TimeProvider.System.GetTimestamp();
        await work();
        return new Run(leads / TimeProvider.System.GetElapsedTime(began).TotalSeconds, watch.Read());
    }

    private async Task OpenAsync(CancellationToken stop)
    {
        await _broker.InitializeAsync();
        await using var channel = await _broker.OpenChannelAsync();
        foreach (var queue in (string[])[First, Second])
        {
            await channel.QueueDeclareAsync(
                queue,
                durable: true,
                exclusive: false,
                autoDelete: false,
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" },
                cancellationToken: stop
            );
        }
    }

    private async Task HopTwiceAsync(byte[] body, int messages, CancellationToken stop)
    {
        // Channels of their own, as two services have them.
        await using var onward = await _broker.OpenChannelAsync();
        var second = TakeAsync(Second, messages, null, stop);
        var first = TakeAsync(First, messages, message => Publish(onward, Second, message, stop), stop);
        await PublishAsync(body, messages, stop);
        await Task.WhenAll(first, second);
    }

    private async Task PublishAsync(byte[] body, int messages, CancellationToken stop)
    {
        await using var channel = await _broker.OpenChannelAsync();
        foreach (var some in Enumerable.Repeat(body, messages).Chunk(Unconfirmed))
            await Task.WhenAll(some.Select(one => Publish(channel, First, one, stop)));
    }

    private static Task Publish(IChannel channel, string queue, ReadOnlyMemory<byte> body, CancellationToken stop) =>
        channel
            .BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, body, stop)
            .AsTask();

    /// <summary>Takes so many, each acknowledged once it is passed on.</summary>
    private async Task TakeAsync(
        string queue,
        int messages,
        Func<ReadOnlyMemory<byte>, Task>? pass,
        CancellationToken stop
    )
    {
        await using var channel = await _broker.OpenChannelAsync();
        await channel.BasicQosAsync(0, Prefetch, global: false, stop);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = messages;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, arrived) =>
        {
            if (pass is null)
            {
                await EndAsync(arrived.DeliveryTag);
                return;
            }
            // The body is the client's again once this returns; many confirms are waited for at the same time.
            var body = arrived.Body.ToArray();
            _ = PassAsync(body, arrived.DeliveryTag);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, stop);
        await done.Task.WaitAsync(stop);

        async Task PassAsync(byte[] body, ulong tag)
        {
            try
            {
                await pass!(body);
                await EndAsync(tag);
            }
            catch (Exception fault)
            {
                done.TrySetException(fault);
            }
        }

        async Task EndAsync(ulong tag)
        {
            await channel.BasicAckAsync(tag, multiple: false, stop);
            if (Interlocked.Decrement(ref left) == 0)
                done.TrySetResult();
        }
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();
}
