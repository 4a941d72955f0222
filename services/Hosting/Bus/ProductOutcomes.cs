using System.Diagnostics.Metrics;
using LeadSync.Contracts;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// Tells products what became of their leads: outcomes go to a topic exchange once more, a list for each source, under the key
/// <c>workspace.source.event</c>. Nobody need listen. A product whose own queue refuses a list has lost that list, and only
/// that product has: nobody else's outcomes wait for its queue.
/// </summary>
public sealed class ProductOutcomes(IPublishingBus bus, ILogger<ProductOutcomes> log)
{
    private static readonly Meter Meter = new("LeadSync.Hosting");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "leadsync.outcomes.refused",
        "{list}",
        "Lists of outcomes that a product's own queue refused"
    );
    private static readonly Uri Exchange = new($"exchange:{Wire.Outcomes}?type=topic&durable=true");

    internal async Task TellAsync<TItem>(
        EventKind<TItem> kind,
        string workspace,
        IReadOnlyCollection<TItem> items,
        CancellationToken cancellationToken
    )
        where TItem : IEventItem
    {
        if (!IsOutcome(kind.Exchange))
            return;
        var endpoint = await bus.GetSendEndpoint(Exchange).WaitAsync(cancellationToken);
        await Task.WhenAll(
            items
                .GroupBy(item => SourceOf(item), StringComparer.Ordinal)
                .SelectMany(group =>
                    Lists
                        .Of(workspace, group)
                        .Select(body =>
                            SendAsync(endpoint, Key(workspace, group.Key, kind.Exchange), body, cancellationToken)
                        )
                )
        );
    }

    /// <summary>The key under which an event about a source is told: <c>acme.web.record-written</c>.</summary>
    public static string Key(string workspace, string source, string exchange) =>
        $"{workspace}.{source}.{exchange[(exchange.LastIndexOf('.') + 1)..]}";

    private static bool IsOutcome(string exchange) =>
        exchange is Wire.RecordMatched or Wire.RecordWritten or Wire.SyncFailed or Wire.LeadImported;

    private static string SourceOf(IEventItem item) =>
        item switch
        {
            MatchedRecord matched => matched.Source,
            WrittenRecord written => written.Source,
            FailedSync failed => failed.Source,
            ImportedLead imported => imported.Source,
            _ => throw new ArgumentException($"{item.GetType().Name} is no outcome.", nameof(item)),
        };

    private async Task SendAsync(ISendEndpoint endpoint, string key, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            await endpoint.Send(
                new OutgoingBody(body),
                Pipe.Execute<SendContext<OutgoingBody>>(context =>
                {
                    context.Durable = true;
                    context.MessageId = NewId.NextSequentialGuid();
                    if (!context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                        throw new InvalidOperationException("The publishing bus speaks RabbitMQ.");
                    rabbit.RoutingKey = key;
                    rabbit.Mandatory = false;
                    // No user_id: a product may have what it heard dead-lettered into the capture exchange, where a message
                    // of ours would be believed.
                }),
                cancellationToken
            );
        }
        catch (RabbitMQ.Client.Exceptions.PublishException refusal) when (!refusal.IsReturn)
        {
            Refused.Add(1);
            log.LogWarning("A product's queue refused a list of outcomes ({Key})", key);
        }
    }
}
