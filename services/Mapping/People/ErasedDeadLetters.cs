using LeadSync.Hosting.Bus;
using RabbitMQ.Client;

namespace LeadSync.Mapping.People;

/// <summary>Takes out of all dead letters what they hold of an erased person; what stands beside it stays.</summary>
public sealed class ErasedDeadLetters(BrokerPlace place)
{
    private const string Publisher = "leadsync-publisher";

    public async Task RemoveAsync(string workspace, PersonTraces traces, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = place.Uri, ClientProvidedName = "leadsync-erasure" };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken
        );
        foreach (var queue in Topology.Routes.Select(route => route.Queue).Distinct(StringComparer.Ordinal))
            await RemoveAsync(channel, Topology.DeadLetterQueue(queue), workspace, traces, cancellationToken);
    }

    private static async Task RemoveAsync(
        IChannel channel,
        string queue,
        string workspace,
        PersonTraces traces,
        CancellationToken cancellationToken
    )
    {
        var waiting = (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount;
        // Given back only when all were seen: else the same would come again. A fault gives them back too.
        var seen = new List<ulong>();
        for (var number = 0; number < waiting; number++)
        {
            if (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is not { } letter)
                break;
            var left = traces.Without(workspace, letter.Body);
            if (left is { } same && same.Equals(letter.Body))
            {
                seen.Add(letter.DeliveryTag);
                continue;
            }
            if (left is { } others)
                await channel.BasicPublishAsync(
                    "",
                    queue,
                    mandatory: true,
                    Properties(letter.BasicProperties),
                    others,
                    cancellationToken
                );
            await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, cancellationToken);
        }
        foreach (var tag in seen)
            await channel.BasicNackAsync(tag, multiple: false, requeue: true, cancellationToken);
    }

    // The broker lets nobody speak for another login: who published it stands in a header, where redriving looks for it. On
    // what the broker itself put here a product may have forged that header, so there it is written anew.
    private static BasicProperties Properties(IReadOnlyBasicProperties letter)
    {
        var isOurs = letter.Headers is not null && !letter.Headers.ContainsKey("x-death");
        var properties = new BasicProperties(letter)
        {
            Persistent = true,
            Headers = isOurs
                ? letter.Headers!.ToDictionary(header => header.Key, header => header.Value, StringComparer.Ordinal)
                : new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    [Publisher] = letter.UserId,
                    ["leadsync-reason"] = "The broker gave up delivering it.",
                },
        };
        properties.ClearUserId();
        return properties;
    }
}
