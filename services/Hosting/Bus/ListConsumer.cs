using System.Text.Json;
using LeadSync.Contracts;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

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
/// Between a queue and a service: opens messages, hands their items over in batches, waits out faults of database and
/// broker without ever faulting a message, and finds the one item that spoils a batch by halving it.
/// </summary>
internal sealed class ListConsumer<TItem, TConsumer>(
    TConsumer consumer,
    Consumption<TItem, TConsumer> consumption,
    Broker broker,
    Backoff backoff,
    IHostApplicationLifetime lifetime,
    ILogger<ListConsumer<TItem, TConsumer>> log
) : IConsumer<Batch<ArrivedBody>>
    where TConsumer : class, IItemConsumer<TItem>
{
    private const int MostItems = 2_000;

    public async Task Consume(ConsumeContext<Batch<ArrivedBody>> context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken,
            lifetime.ApplicationStopping
        );
        var items = new List<Arrived<TItem>>();
        foreach (var message in context.Message)
            items.AddRange(await OpenAsync(message.ReceiveContext, stop.Token));
        foreach (var chunk in items.Chunk(MostItems))
            await TakeInAsync(chunk, stop.Token);
    }

    private async Task<IEnumerable<Arrived<TItem>>> OpenAsync(ReceiveContext message, CancellationToken stop)
    {
        var body = message.GetBody();
        string? user = null;
        try
        {
            if (!message.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery))
                throw new InvalidOperationException("The bus speaks RabbitMQ.");
            user = delivery.Properties.UserId;
            if (user is null)
                throw new UnreadableException(
                    "The message has no user_id property, so nobody vouches for whose it is. Set it to the login that publishes."
                );
            DateTimeOffset? sentAt = delivery.Properties.IsTimestampPresent()
                ? DateTimeOffset.FromUnixTimeSeconds(delivery.Properties.Timestamp.UnixTime)
                : null;
            return consumption.Open(body, new Publication(user, sentAt)).ToList();
        }
        catch (Exception fault) when (fault is UnreadableException or JsonException)
        {
            var reason = fault is UnreadableException ? fault.Message : Explain((JsonException)fault);
            log.LogError(
                "A message on {Queue} cannot be read and was put to the dead letters: {Reason}",
                consumption.Queue,
                reason
            );
            await backoff.RunAsync(
                stopping => broker.DeadLetterAsync(consumption.Queue, body, user, reason, stopping),
                stop
            );
            return [];
        }
    }

    private async Task TakeInAsync(ReadOnlyMemory<Arrived<TItem>> items, CancellationToken stop)
    {
        try
        {
            await backoff.RunAsync(stopping => consumer.ConsumeAsync(items.ToArray(), stopping), stop);
        }
        catch (Exception fault) when (!Faults.IsInfrastructure(fault))
        {
            if (items.Length == 1)
            {
                log.LogError(fault, "One item of {Queue} cannot be taken in and was rejected", consumption.Queue);
                await backoff.RunAsync(stopping => consumer.RejectAsync(items.Span[0], fault, stopping), stop);
                return;
            }
            await TakeInAsync(items[..(items.Length / 2)], stop);
            await TakeInAsync(items[(items.Length / 2)..], stop);
        }
    }

    // The framework's own message may quote the text around the fault.
    private static string Explain(JsonException fault) =>
        $"The body is not the JSON of this event (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine}).";
}

/// <summary>One queue of a service, what opens its messages and what takes their items in.</summary>
internal sealed record Consumption<TItem, TConsumer>(string Queue, Opener<TItem> Open)
    where TConsumer : class, IItemConsumer<TItem>;

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
            throw new UnreadableException($"The list of items is empty or longer than {EventList.MaxItems}.");

        var (workspace, source) = Who(root, publication.User);
        return items
            .EnumerateArray()
            .Select(item => new Arrived<JsonElement>(workspace, item, source, publication.SentAt));
    }

    private static (string Workspace, string? Source) Who(JsonElement root, string user)
    {
        var stated =
            root.TryGetProperty("workspace", out var element) && element.ValueKind == JsonValueKind.String
                ? element.GetString()
                : null;
        if (!user.StartsWith(ProductPrefix, StringComparison.Ordinal))
            return (stated ?? throw new UnreadableException("The message names no workspace."), null);

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
