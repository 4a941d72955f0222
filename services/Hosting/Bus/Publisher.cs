using System.Text.Json;
using LeadSync.Contracts;
using MassTransit;
using RabbitMQ.Client;

namespace LeadSync.Hosting.Bus;

/// <summary>The bus for publishing, apart from the one for consuming: a memory alarm freezes a connection that publishes, acknowledgements included.</summary>
public interface IPublishingBus : IBus;

/// <summary>
/// Publishes events in lists, and outcomes to the products that they are about as well. Returns once the broker has confirmed
/// every one; throws when one was not confirmed in time or no queue took it. Then any of them may have been published all
/// the same: repeat with the same event ids.
/// </summary>
public sealed class Publisher(
    IPublishingBus bus,
    Broker broker,
    BrokerPlace place,
    BusOptions options,
    Bursts bursts,
    ProductOutcomes products
)
{
    /// <summary>How long a publish may wait for its confirm. Under a broker alarm none comes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Publishes happenings of one workspace, in as few messages as their number and size allow.</summary>
    public Task PublishAsync<TItem>(
        EventKind<TItem> kind,
        string workspace,
        IReadOnlyCollection<TItem> items,
        CancellationToken cancellationToken,
        TimeSpan? patience = null
    )
        where TItem : IEventItem =>
        items.Count == 0
            ? Task.CompletedTask
            : WithinAsync(
                kind.Exchange,
                patience ?? Patience,
                limit =>
                    Task.WhenAll(
                        SendAsync(
                            kind.Exchange,
                            workspace,
                            items.Count,
                            Lists.Of(workspace, items),
                            sentAt: null,
                            limit
                        ),
                        products.TellAsync(kind, workspace, items, limit)
                    ),
                cancellationToken
            );

    /// <summary>
    /// Hands what a product published on to its workspace's share, unread. It says so in the body, which only our own
    /// services may: the message's user is then ours.
    /// </summary>
    internal Task HandOnAsync(
        string exchange,
        IReadOnlyCollection<Arrived<JsonElement>> items,
        CancellationToken cancellationToken
    ) =>
        WithinAsync(
            exchange,
            Patience,
            limit =>
                Task.WhenAll(
                    items
                        .GroupBy(item => (item.Workspace, item.Source, item.SentAt))
                        .Select(group =>
                            SendAsync(
                                exchange,
                                group.Key.Workspace,
                                group.Count(),
                                Lists.OfUnread(
                                    group.Key.Workspace,
                                    group.Key.Source,
                                    group.Select(arrived => arrived.Item)
                                ),
                                group.Key.SentAt,
                                limit
                            )
                        )
                ),
            cancellationToken
        );

    private async Task SendAsync(
        string exchange,
        string workspace,
        int items,
        IEnumerable<byte[]> lists,
        DateTimeOffset? sentAt,
        CancellationToken cancellationToken
    )
    {
        var shares = Topology.SharesOf(exchange);
        var endpoint = await bus.GetSendEndpoint(
                new Uri(
                    shares is null
                        ? $"exchange:{exchange}?type=fanout&durable=true"
                        : $"exchange:{shares.SharesExchange}?type=topic&durable=true"
                )
            )
            .WaitAsync(cancellationToken);
        var key =
            shares is null ? ""
            : bursts.Exceeds(shares, workspace, items) ? Shares.BurstKey
            : Shares.KeyOf(workspace, options.Shares);
        var pipe = Pipe.Execute<SendContext<OutgoingBody>>(context => Address(context, key, sentAt));
        await Task.WhenAll(lists.Select(body => endpoint.Send(new OutgoingBody(body), pipe, cancellationToken)));
    }

    private void Address(SendContext<OutgoingBody> context, string key, DateTimeOffset? sentAt)
    {
        context.Durable = true;
        context.MessageId = NewId.NextSequentialGuid();
        if (!context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
            throw new InvalidOperationException("The publishing bus speaks RabbitMQ.");
        rabbit.RoutingKey = key;
        rabbit.Mandatory = true;
        // The broker checks it against the login of the connection, so consumers can trust who published.
        rabbit.BasicProperties.UserId = place.User;
        if (sentAt is { } instant)
            rabbit.BasicProperties.Timestamp = new AmqpTimestamp(instant.ToUnixTimeSeconds());
    }

    private async Task WithinAsync(
        string exchange,
        TimeSpan patience,
        Func<CancellationToken, Task> send,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            // Nothing goes out before the topology is there: what no queue takes is gone.
            await broker.Declared.WaitAsync(limit.Token);
            await send(limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker has not confirmed a publish to {exchange} in time.", late);
        }
    }
}
