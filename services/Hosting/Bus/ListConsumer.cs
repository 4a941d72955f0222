using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.RateLimiting;
using LeadSync.Contracts;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace LeadSync.Hosting.Bus;

/// <summary>One happening that arrived.</summary>
/// <param name="Workspace">Whose it is.</param>
/// <param name="Source">The one source that its publisher may speak for; null for our own services.</param>
/// <param name="SentAt">The message's timestamp, where its publisher gave one.</param>
public sealed record Arrived<TItem>(string Workspace, TItem Item, string? Source = null, DateTimeOffset? SentAt = null);

/// <summary>
/// What a service does with happenings of one kind. Its effect must be the same when it runs twice, for messages are
/// acknowledged last; it need not expect faults of database or broker, after which it is simply called again.
/// </summary>
public interface IItemConsumer<TItem>
{
    /// <summary>Takes in up to 2,000 items, all or none.</summary>
    Task ConsumeAsync(IReadOnlyList<Arrived<TItem>> items, CancellationToken cancellationToken);

    /// <summary>Tells of an item that cannot be taken in even alone; nothing beside it was affected.</summary>
    Task RejectAsync(Arrived<TItem> item, Exception fault, CancellationToken cancellationToken);
}

/// <summary>How the messages of one queue are opened into items.</summary>
public delegate IEnumerable<Arrived<TItem>> Opener<TItem>(ReadOnlyMemory<byte> body, Publication publication);

/// <summary>What the broker vouches for.</summary>
/// <param name="User">The login that published, checked by the broker.</param>
/// <param name="SentAt">The message's timestamp, where its publisher gave one.</param>
public sealed record Publication(string User, DateTimeOffset? SentAt);

/// <summary>A message that cannot be read at all; its text holds nothing of the message.</summary>
public sealed class UnreadableException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>
/// Between a queue and a service: opens messages, hands their items over together with those of others that wait, waits out faults
/// of database and broker without ever faulting a message, and finds the one item that spoils a list by halving it.
/// </summary>
internal sealed class ListConsumer<TItem, TConsumer>(
    TConsumer consumer,
    Consumption<TItem, TConsumer> consumption,
    Broker broker,
    BrokerPlace place,
    Backoff backoff,
    IHostApplicationLifetime lifetime,
    ILogger<ListConsumer<TItem, TConsumer>> log
) : IConsumer<ArrivedBody>
    where TConsumer : class, IItemConsumer<TItem>
{
    // Dozens of messages are fetched ahead, and each is in memory.
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    // Within the host's own limit of 30 seconds (ServiceDefaults): what is in hand is finished when the service stops.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    public async Task Consume(ConsumeContext<ArrivedBody> context)
    {
        var stop = lifetime.ApplicationStopping;
        var message = context.ReceiveContext;
        // From here on: the broker does not wait for ever for what it has delivered, opened or not.
        var began = backoff.Begin();
        using var room = await consumption.EnterAsync(message.GetBody().Length, message.InputAddress, stop);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        await using var stopping = stop.Register(() => abort.CancelAfter(Grace));
        var work = new Work(backoff, began, stop, abort.Token);

        var items = await OpenAsync(message, work);
        using var span = Telemetry.StartLinked(
            $"take in {consumption.Queue}",
            items.Select(arrived => (arrived.Item as IEventItem)?.TraceParent).Prepend(TraceParent(message))
        );
        if (items.Length > 0)
            await TakeInAsync(items, message.InputAddress, work);
    }

    private async Task<Arrived<TItem>[]> OpenAsync(ReceiveContext message, Work work)
    {
        var body = message.GetBody();
        var properties = Properties(message);
        try
        {
            var user =
                properties.UserId
                ?? throw new UnreadableException(
                    "The message has no user_id property, so nobody vouches for whose it is. Set it to the login that publishes."
                );
            if (body.Length > MaxBodyBytes)
                throw new UnreadableException(
                    $"The message is larger than {MaxBodyBytes} bytes. Publish several lists of about {EventList.MaxBytes} bytes."
                );
            return [.. consumption.Open(body, new Publication(user, SentAt(properties)))];
        }
        // Whatever opening it throws, it is this message's own fault and must not touch the ones beside it.
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            var reason = fault switch
            {
                UnreadableException unreadable => unreadable.Message,
                JsonException json => Explain(json),
                _ => $"The body cannot be read ({Faults.Name(fault)}).",
            };
            log.LogError(
                "A message on {Queue} cannot be read and was put to the dead letters: {Reason}",
                consumption.Queue,
                reason
            );
            await work.DoAsync(stop => broker.DeadLetterAsync(consumption.Queue, body, properties, reason, stop));
            return [];
        }
    }

    private async Task TakeInAsync(ReadOnlyMemory<Arrived<TItem>> items, Uri queue, Work work)
    {
        try
        {
            await work.DoAsync(stop => consumption.ConsumeAsync(items.ToArray(), queue, stop));
        }
        catch (Exception fault) when (!Faults.IsInfrastructure(fault))
        {
            if (items.Length == 1)
            {
                // Not the fault's message: it may quote what a person typed.
                log.LogError(
                    "One item of {Queue} cannot be taken in and was rejected: {Fault}",
                    consumption.Queue,
                    Faults.Trace(fault)
                );
                await RejectAsync(items.Span[0], fault, work);
                return;
            }
            await TakeInAsync(items[..(items.Length / 2)], queue, work);
            await TakeInAsync(items[(items.Length / 2)..], queue, work);
        }
    }

    // The last resort, when even telling of an item fails: it is put away alone, and what came beside it stays taken in.
    private async Task RejectAsync(Arrived<TItem> item, Exception fault, Work work)
    {
        try
        {
            await work.DoAsync(stop => consumer.RejectAsync(item, fault, stop));
        }
        catch (Exception second) when (!Faults.IsInfrastructure(second))
        {
            var reason =
                $"The item could be neither taken in ({Faults.Name(fault)}) nor rejected ({Faults.Name(second)}).";
            log.LogError("One item of {Queue} was put to the dead letters: {Reason}", consumption.Queue, reason);
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["workspace"] = item.Workspace,
                    ["items"] = new[] { JsonSerializer.SerializeToElement(item.Item, Wire.Json) },
                }
            );
            var properties = new BasicProperties
            {
                UserId = item.Source is null ? place.User : $"{Openers.ProductPrefix}{item.Workspace}.{item.Source}",
            };
            if (item.SentAt is { } sentAt)
                properties.Timestamp = new AmqpTimestamp(sentAt.ToUnixTimeSeconds());
            await work.DoAsync(stop => broker.DeadLetterAsync(consumption.Queue, body, properties, reason, stop));
        }
    }

    private static IReadOnlyBasicProperties Properties(ReceiveContext message) =>
        message.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery)
            ? delivery.Properties
            : throw new InvalidOperationException("The bus speaks RabbitMQ.");

    // Some clients give milliseconds: no instant then, rather than a wrong one.
    private static DateTimeOffset? SentAt(IReadOnlyBasicProperties properties) =>
        properties.IsTimestampPresent() && properties.Timestamp.UnixTime is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(properties.Timestamp.UnixTime)
            : null;

    private static string? TraceParent(ReceiveContext message) =>
        Properties(message).Headers is { } headers && headers.TryGetValue("traceparent", out var value)
            ? value switch
            {
                byte[] bytes => System.Text.Encoding.Latin1.GetString(bytes),
                string text => text,
                _ => null,
            }
            : null;

    /// <summary>Everything done for one message: with one patience for all, and one way to stop.</summary>
    private sealed record Work(Backoff Backoff, long Began, CancellationToken Stop, CancellationToken Abort)
    {
        public Task DoAsync(Func<CancellationToken, Task> act) => Backoff.RunAsync(act, Began, Stop, Abort);
    }

    // The framework's own message may quote the text around the fault.
    private static string Explain(JsonException fault) =>
        $"The body is not the JSON of this event (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine}).";
}

/// <summary>
/// One intake of a service, what opens its messages, and what takes their items in: those of one queue that wait at the same time
/// together, so that what holds one queue up holds up no other. Of those that are fetched ahead only some are opened: opened, a
/// message is several times as large.
/// </summary>
internal sealed class Consumption<TItem, TConsumer>(
    string queue,
    Opener<TItem> open,
    TConsumer consumer,
    TimeProvider clock
)
    where TConsumer : class, IItemConsumer<TItem>
{
    private const int Most = 2_000;

    // Of the messages of one queue; a larger one is opened alone.
    private const int BytesOpen = 1024 * 1024;

    private readonly ConcurrentDictionary<Uri, (Joined<Arrived<TItem>> Joined, ConcurrencyLimiter Room)> _ofQueue =
        new();

    public string Queue => queue;

    public Opener<TItem> Open => open;

    /// <summary><see cref="IItemConsumer{TItem}.ConsumeAsync"/>, joined with what else waits.</summary>
    /// <param name="from">The very queue that they came from.</param>
    public Task ConsumeAsync(IReadOnlyList<Arrived<TItem>> items, Uri from, CancellationToken cancellationToken) =>
        Of(from).Joined.RunAsync(items, cancellationToken);

    /// <summary>Waits until a message may be opened; first come, first served. What it gives is held until its items are taken in.</summary>
    /// <param name="from">The very queue that it came from.</param>
    public ValueTask<RateLimitLease> EnterAsync(int bytes, Uri from, CancellationToken cancellationToken) =>
        Of(from).Room.AcquireAsync(Math.Min(bytes, BytesOpen), cancellationToken);

    private (Joined<Arrived<TItem>> Joined, ConcurrencyLimiter Room) Of(Uri queue) =>
        _ofQueue.GetOrAdd(
            queue,
            _ =>
                (
                    new Joined<Arrived<TItem>>(consumer.ConsumeAsync, clock, Most),
                    new ConcurrencyLimiter(
                        new ConcurrencyLimiterOptions { PermitLimit = BytesOpen, QueueLimit = int.MaxValue }
                    )
                )
        );
}

/// <summary>How messages are opened.</summary>
public static class Openers
{
    /// <summary>The prefix of broker logins that belong to products: <c>product.WORKSPACE.SOURCE</c>.</summary>
    public const string ProductPrefix = "product.";

    /// <summary>Events of our own services, whose form is certain.</summary>
    public static Opener<TItem> Typed<TList, TItem>()
        where TList : class, IEventList<TItem>
        where TItem : IEventItem =>
        (body, publication) =>
        {
            if (publication.User.StartsWith(ProductPrefix, StringComparison.Ordinal))
                throw new UnreadableException("A product published an event that only LeadSync's own services may.");
            var list =
                JsonSerializer.Deserialize<TList>(body.Span, Wire.Json)
                ?? throw new UnreadableException("The body is null.");
            if (list.Items.Count is 0 or > EventList.MaxItems || list.Items.Any(item => item is null))
                throw new UnreadableException(ItemsRule);
            if (!CaptureReader.IsSlug(list.Workspace))
                throw new UnreadableException(WorkspaceRule);
            return list.Items.Select(item => new Arrived<TItem>(list.Workspace, item));
        };

    /// <summary>
    /// The public edge: items are handed on unread, for each is read and refused alone. A product's login decides its
    /// workspace and source; only our own services may name a workspace in the body.
    /// </summary>
    public static IEnumerable<Arrived<JsonElement>> Edge(ReadOnlyMemory<byte> body, Publication publication)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(body.Span);
        }
        catch (JsonException fault)
        {
            throw new UnreadableException(
                $"The body is not JSON (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine}).",
                fault
            );
        }
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("items", out var items)
            || items.ValueKind != JsonValueKind.Array
        )
            throw new UnreadableException(
                """The body is not an object with a list of items: {"items":[{"leadId":…,"fields":{…}}]}."""
            );
        if (items.GetArrayLength() is 0 or > EventList.MaxItems)
            throw new UnreadableException(ItemsRule);

        var (workspace, source) = Who(root, publication.User);
        return items
            .EnumerateArray()
            .Select(item => new Arrived<JsonElement>(workspace, item, source, publication.SentAt));
    }

    private static readonly string ItemsRule =
        $"The list of items is not one of 1 to {EventList.MaxItems} items, or one of them is null.";
    private static readonly string WorkspaceRule = $"The message's workspace {CaptureReader.SlugRule}.";

    private static (string Workspace, string? Source) Who(JsonElement root, string user)
    {
        var stated =
            root.TryGetProperty("workspace", out var element) && element.ValueKind == JsonValueKind.String
                ? element.GetString()
                : null;
        if (!user.StartsWith(ProductPrefix, StringComparison.Ordinal))
            return stated is not null && CaptureReader.IsSlug(stated)
                // A source: the message was handed on for a product, whose login was checked then.
                ? (stated, root.TryGetProperty("source", out var of) ? of.GetString() : null)
                : throw new UnreadableException(WorkspaceRule);

        if (
            user.Split('.') is not [_, var workspace, var source]
            || !CaptureReader.IsSlug(workspace)
            || !CaptureReader.IsSlug(source)
        )
            throw new UnreadableException("The publishing login is not of the form product.WORKSPACE.SOURCE.");
        if (stated is not null && stated != workspace)
            throw new UnreadableException("The message names another workspace than its login belongs to.");
        return (workspace, source);
    }
}
