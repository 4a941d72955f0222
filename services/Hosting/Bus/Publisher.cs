using System.Buffers;
using System.Text.Json;
using LeadSync.Contracts;
using MassTransit;

namespace LeadSync.Hosting.Bus;

/// <summary>The bus for publishing, apart from the one for consuming: a memory alarm freezes a connection that publishes, acknowledgements included.</summary>
public interface IPublishingBus : IBus;

/// <summary>
/// Publishes events in lists. Returns once the broker has confirmed every one; throws when one was not confirmed in time
/// or no queue took it. Then any of them may have been published all the same: repeat with the same event ids.
/// </summary>
public sealed class Publisher(IPublishingBus bus, Broker broker, BrokerPlace place)
{
    /// <summary>How long a publish may wait for its confirm. Under a broker alarm none comes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Publishes happenings of one workspace, in as few messages as their number and size allow.</summary>
    public async Task PublishAsync<TItem>(
        EventKind<TItem> kind,
        string workspace,
        IReadOnlyCollection<TItem> items,
        CancellationToken cancellationToken,
        TimeSpan? patience = null
    )
        where TItem : IEventItem
    {
        if (items.Count == 0)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience ?? Patience);
        try
        {
            // Nothing goes out before the topology is there: what no queue takes is gone.
            await broker.Declared.WaitAsync(limit.Token);
            var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{kind.Exchange}?type=fanout&durable=true"))
                .WaitAsync(limit.Token);
            await Task.WhenAll(
                    Lists(workspace, items).Select(body => endpoint.Send(new OutgoingBody(body), Pipe, limit.Token))
                )
                .WaitAsync(limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker has not confirmed a publish to {kind.Exchange} in time.", late);
        }
    }

    private IPipe<SendContext<OutgoingBody>> Pipe { get; } =
        MassTransit.Pipe.Execute<SendContext<OutgoingBody>>(context =>
        {
            context.Durable = true;
            context.MessageId = NewId.NextSequentialGuid();
            if (!context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                throw new InvalidOperationException("The publishing bus speaks RabbitMQ.");
            rabbit.Mandatory = true;
            // The broker checks it against the login of the connection, so consumers can trust who published.
            rabbit.BasicProperties.UserId = place.User;
        });

    private static IEnumerable<byte[]> Lists<TItem>(string workspace, IReadOnlyCollection<TItem> items)
        where TItem : IEventItem
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using var writer = new Utf8JsonWriter(
            buffer,
            new JsonWriterOptions { Encoder = Wire.Json.Encoder, SkipValidation = true }
        );
        var count = 0;
        foreach (var item in items)
        {
            if (count == 0)
            {
                writer.WriteStartObject();
                writer.WriteString("workspace", workspace);
                writer.WriteStartArray("items");
            }
            JsonSerializer.Serialize(writer, item, Wire.Json);
            if (++count < EventList.MaxItems && writer.BytesCommitted + writer.BytesPending < EventList.MaxBytes)
                continue;
            yield return Finish();
        }
        if (count > 0)
            yield return Finish();

        byte[] Finish()
        {
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
            var body = buffer.WrittenSpan.ToArray();
            buffer.ResetWrittenCount();
            writer.Reset();
            count = 0;
            return body;
        }
    }
}
