using LeadSync.Contracts;
using RabbitMQ.Client;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// Who must get what: one list for the whole system. Every service declares all of it before its first publish, so that
/// nothing is published to where nobody listens yet, in whatever order services are deployed.
/// </summary>
public static class Topology
{
    public static IReadOnlyList<TopologyRoute> Routes { get; } =
    [
        new(Wire.Capture, "mapping.capture"),
        new(Wire.Withdraw, "mapping.withdraw"),
        new(Wire.LeadCaptured, "audit.lead-captured"),
        new(Wire.LeadWithdrawn, "audit.lead-withdrawn"),
        new(Wire.LeadMapped, "push.lead-mapped"),
        new(Wire.LeadMapped, "audit.lead-mapped"),
        new(Wire.LeadMappedBackfill, "push.lead-mapped-backfill"),
        new(Wire.LeadMappedBackfill, "audit.lead-mapped"),
        new(Wire.RecordMatched, "audit.record-matched"),
        new(Wire.RecordWritten, "mapping.record-written"),
        new(Wire.RecordWritten, "audit.record-written"),
        new(Wire.RecordPulled, "mapping.record-pulled"),
        new(Wire.LeadImported, "audit.lead-imported"),
        new(Wire.SyncFailed, "mapping.sync-failed"),
        new(Wire.SyncFailed, "audit.sync-failed"),
        new(Wire.SettingChanged, "audit.setting-changed"),
    ];

    /// <summary>Where a queue's messages go that cannot be read at all.</summary>
    public static string DeadLetterQueue(string queue) => $"{queue}.dead";

    /// <summary>
    /// The arguments of a queue. The limit is stated because it differs by version: 3.10 has none and drops messages at
    /// the first redelivery when it is -1, 4.x deletes after 20. Only at-least-once dead-lettering survives a broker
    /// crash, and only together with reject-publish (RabbitMQ documentation, quorum queues).
    /// </summary>
    public static IReadOnlyDictionary<string, object?> QueueArguments(string queue) =>
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = 1000,
            ["x-overflow"] = "reject-publish",
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = DeadLetterQueue(queue),
            ["x-dead-letter-strategy"] = "at-least-once",
        };

    /// <summary>
    /// The arguments of a dead-letter queue. Whoever lists one takes its messages and gives them back, which counts as a
    /// delivery each: the limit is beyond all listing.
    /// </summary>
    public static IReadOnlyDictionary<string, object?> DeadLetterArguments { get; } =
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = 1_000_000,
        };

    /// <summary>Declares everything; what is there already stays.</summary>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        foreach (var (exchange, queue) in Routes)
        {
            // The dead-letter queue first: a queue must never exist without the place its unreadable messages go to.
            await channel.QueueDeclareAsync(
                DeadLetterQueue(queue),
                durable: true,
                exclusive: false,
                autoDelete: false,
                DeadLetterArguments.ToDictionary(StringComparer.Ordinal),
                cancellationToken: cancellationToken
            );
            await channel.QueueDeclareAsync(
                queue,
                durable: true,
                exclusive: false,
                autoDelete: false,
                QueueArguments(queue).ToDictionary(StringComparer.Ordinal),
                cancellationToken: cancellationToken
            );
            await channel.ExchangeDeclareAsync(
                exchange,
                ExchangeType.Fanout,
                durable: true,
                cancellationToken: cancellationToken
            );
            await channel.QueueBindAsync(queue, exchange, "", cancellationToken: cancellationToken);
        }
    }
}

/// <summary>What is published to <paramref name="Exchange"/> must reach <paramref name="Queue"/>, named <c>service.what</c>.</summary>
public sealed record TopologyRoute(string Exchange, string Queue);
