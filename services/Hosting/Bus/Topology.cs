using LeadSync.Contracts;
using RabbitMQ.Client;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// Who must get what: one list for the whole system. Every service declares all of it before its first publish, so that
/// nothing is published to where nobody listens yet, in whatever order services are deployed.
/// </summary>
public static class Topology
{
    /// <summary>Intakes that are spread over several queues, so that one workspace's burst delays only its own share.</summary>
    public static IReadOnlyList<Shares> Shared { get; } =
    [new(Wire.Capture, "mapping.capture"), new(Wire.LeadMapped, "push.lead-mapped")];

    /// <summary>All but the shares, whose number is a setting.</summary>
    public static IReadOnlyList<TopologyRoute> Routes { get; } =
    [
        new(Wire.Capture, "mapping.capture"),
        new(Wire.Withdraw, "mapping.withdraw"),
        new(Wire.LeadCaptured, "audit.lead-captured"),
        new(Wire.LeadWithdrawn, "audit.lead-withdrawn"),
        new(Wire.LeadMapped, "push.lead-mapped"),
        new(Wire.LeadMapped, "audit.lead-mapped"),
        new($"{Wire.LeadMapped}.shares", "audit.lead-mapped", Everything),
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

    private const string Everything = "#";

    /// <summary>The shares of an exchange's intake; null where it is not shared.</summary>
    public static Shares? SharesOf(string exchange) => Shared.FirstOrDefault(shares => shares.Exchange == exchange);

    /// <summary>Who must get what, with so many shares.</summary>
    public static IEnumerable<TopologyRoute> RoutesWith(int shares) =>
        Routes.Concat(
            Shared.SelectMany(intake =>
                intake.Queues(shares).Select(one => new TopologyRoute(intake.SharesExchange, one.Queue, one.Key))
            )
        );

    /// <summary>
    /// Where a queue's messages go that cannot be read at all: the shares of an intake have one place together, and what is
    /// redriven from there is sorted anew.
    /// </summary>
    public static string DeadLetterQueue(string queue) =>
        $"{Shared.FirstOrDefault(shares => shares.Has(queue))?.Queue ?? queue}.dead";

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
    /// <param name="shares"><see cref="BusOptions.Shares"/>. Shares beyond, declared by whoever has more, stay too.</param>
    public static async Task DeclareAsync(IChannel channel, int shares, CancellationToken cancellationToken)
    {
        foreach (var (exchange, queue, key) in RoutesWith(shares))
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
                key.Length == 0 ? ExchangeType.Fanout : ExchangeType.Topic,
                durable: true,
                cancellationToken: cancellationToken
            );
            await channel.QueueBindAsync(queue, exchange, key, cancellationToken: cancellationToken);
        }
        // Products bind to it as they like; it needs no queue.
        await channel.ExchangeDeclareAsync(
            Wire.Outcomes,
            ExchangeType.Topic,
            durable: true,
            cancellationToken: cancellationToken
        );
    }
}

/// <summary>What is published to <paramref name="Exchange"/> must reach <paramref name="Queue"/>, named <c>service.what</c>.</summary>
/// <param name="Key">Of the binding: empty on fanout exchanges; others are topic exchanges.</param>
public sealed record TopologyRoute(string Exchange, string Queue, string Key = "");
