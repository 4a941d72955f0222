using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace LeadSync.Local.Broker;

/// <summary>
/// Messages that could not be read at all, put away instead of being lost. Shown without their bodies unless asked for: they
/// hold people.
/// </summary>
public sealed class DeadLetters(ManagementApi broker, IAnsiConsole console)
{
    private const string Suffix = ".dead";
    private const int Most = 50;

    public static string QueueOf(string queue) =>
        queue.EndsWith(Suffix, StringComparison.Ordinal) ? queue : $"{queue}{Suffix}";

    /// <summary>Lists up to 50 messages of each queue of dead letters, oldest first, and leaves them where they are.</summary>
    public async Task ListAsync(bool showBodies, CancellationToken cancellationToken)
    {
        // Asked of each queue itself: the broker's figures for all of them are seconds old.
        var found = false;
        foreach (var queue in (await broker.QueuesAsync(cancellationToken)).Order(StringComparer.Ordinal))
        {
            if (!queue.EndsWith(Suffix, StringComparison.Ordinal))
                continue;
            var messages = await broker.PeekAsync(queue, Most, cancellationToken);
            if (messages.Count == 0)
                continue;
            found = true;
            Show(queue[..^Suffix.Length], messages, showBodies);
        }
        if (!found)
            console.Say("No dead letters.");
        else if (!showBodies)
            console.Say("Bodies hold personal data and are not shown; --show prints them.");
    }

    private void Show(string queue, IReadOnlyList<PeekedMessage> messages, bool showBodies)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.Title($"{queue}: {messages.Count + messages[^1].Behind}".EscapeMarkup());
        table.AddColumns("since", "published by", "bytes", "items", "reason");
        foreach (var message in messages)
        {
            var letter = DeadLetter.Of(message);
            table.AddRow(
                new Text(letter.Since),
                new Text(letter.Publisher),
                new Text(message.PayloadBytes.ToString(CultureInfo.InvariantCulture)),
                new Text(letter.Items?.ToString(CultureInfo.InvariantCulture) ?? "?"),
                new Text(letter.Reason)
            );
        }
        console.Write(table);
        foreach (var message in showBodies ? messages : [])
            console.Say(message.Payload);
        console.Say($"  ./run redrive {queue}   puts them back");
        console.Say($"  ./run discard {queue} --yes   deletes them for ever");
    }
}

/// <summary>What is known of a dead letter beside its body.</summary>
/// <param name="Items">How many items its body lists; null when it cannot be read that far.</param>
public sealed record DeadLetter(string Reason, string Since, string Publisher, int? Items)
{
    /// <summary>Reads the reason that the consumer gave, or what the broker itself says when it gave up.</summary>
    public static DeadLetter Of(PeekedMessage message)
    {
        var headers =
            message.Properties.ValueKind == JsonValueKind.Object
            && message.Properties.TryGetProperty("headers", out var found)
            && found.ValueKind == JsonValueKind.Object
                ? found
                : default;
        var reason = Text(headers, "leadsync-reason");
        var since = Text(headers, "leadsync-dead-at");
        if (
            headers.ValueKind == JsonValueKind.Object
            && headers.TryGetProperty("x-death", out var deaths)
            && deaths.ValueKind == JsonValueKind.Array
            && deaths.GetArrayLength() > 0
        )
        {
            // Put away by the broker: a consumer's header can only be left over from an earlier time.
            reason = $"the broker gave up delivering it ({Text(deaths[0], "reason")})";
            since =
                deaths[0].TryGetProperty("time", out var time) && time.TryGetInt64(out var seconds)
                    ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("u", CultureInfo.InvariantCulture)
                    : "";
        }
        var publisher = Text(headers, "leadsync-publisher");
        if (publisher.Length == 0)
            publisher = Text(message.Properties, "user_id");
        return new DeadLetter(
            reason.Length > 0 ? reason : "not said",
            since,
            publisher.Length > 0 ? publisher : "unknown",
            CountItems(message)
        );
    }

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static int? CountItems(PeekedMessage message)
    {
        if (message.PayloadEncoding != "string")
            return null;
        try
        {
            using var body = JsonDocument.Parse(message.Payload);
            return
                body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("items", out var items)
                && items.ValueKind == JsonValueKind.Array
                ? items.GetArrayLength()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
