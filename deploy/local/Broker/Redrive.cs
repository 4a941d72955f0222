using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LeadSync.Local.Broker;

/// <summary>Moves dead letters back to where they were meant to go, once what was wrong with their reader is mended.</summary>
public static class Redrive
{
    /// <summary>
    /// Publishes each message to its queue again and removes it from the dead letters once the broker has confirmed it: a
    /// crash in between doubles a message and loses none, and doubles do no harm. Takes no more than were there at the
    /// start, so that what dies again at once does not go round for ever.
    /// </summary>
    /// <returns>How many were moved.</returns>
    public static async Task<int> RunAsync(Uri broker, string queue, CancellationToken cancellationToken)
    {
        var dead = DeadLetters.QueueOf(queue);
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "leadsync-redrive" };
        try
        {
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            await using var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(
                    publisherConfirmationsEnabled: true,
                    publisherConfirmationTrackingEnabled: true
                ),
                cancellationToken
            );

            var waiting = (await channel.QueueDeclarePassiveAsync(dead, cancellationToken)).MessageCount;
            var moved = 0;
            while (
                moved < waiting && await channel.BasicGetAsync(dead, autoAck: false, cancellationToken) is { } letter
            )
            {
                // Mandatory: returned, and so not acknowledged, when the queue is not there.
                await channel.BasicPublishAsync(
                    "",
                    dead[..^".dead".Length],
                    mandatory: true,
                    Properties(letter.BasicProperties),
                    letter.Body,
                    cancellationToken
                );
                await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, cancellationToken);
                moved++;
            }
            return moved;
        }
        catch (BrokerUnreachableException)
        {
            throw new CommandException("The broker does not answer. Does it run? ./run status tells.");
        }
        catch (OperationInterruptedException fault) when (fault.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            throw new CommandException($"There is no queue {dead}. ./run deadletters lists those that hold something.");
        }
        catch (OperationInterruptedException fault)
            when (fault.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new CommandException(
                "The broker does not let this login pass on messages that another one published: give it the tag 'impersonator'."
            );
        }
        catch (PublishException)
        {
            throw new CommandException($"The broker did not take a message for {queue}: the queue is missing or full.");
        }
    }

    private static BasicProperties Properties(IReadOnlyBasicProperties letter)
    {
        var properties = new BasicProperties(letter) { Persistent = true };
        if (Publisher(letter) is { } publisher)
            properties.UserId = publisher;
        else
            properties.ClearUserId();
        properties.Headers =
            letter
                .Headers?.Where(header => !IsAboutTheDeath(header.Key))
                .ToDictionary(header => header.Key, header => header.Value, StringComparer.Ordinal)
            ?? [];
        return properties;
    }

    /// <summary>
    /// Who published it, as the broker checked it at the time: workspace and source hang on it. Our consumers note it in a
    /// header; only they can publish to the dead letters directly, so the header counts only on messages that the broker
    /// did not put there itself, on which a product could have forged it.
    /// </summary>
    public static string? Publisher(IReadOnlyBasicProperties letter)
    {
        if (letter.Headers is null || letter.Headers.ContainsKey("x-death"))
            return letter.UserId;
        return letter.Headers.TryGetValue("leadsync-publisher", out var publisher) && publisher is byte[] bytes
            ? Encoding.UTF8.GetString(bytes)
            : letter.UserId;
    }

    private static bool IsAboutTheDeath(string header) =>
        header.StartsWith("leadsync-", StringComparison.Ordinal)
        || header is "x-death" or "x-delivery-count" or "x-dotnet-pub-seq-no"
        || header.StartsWith("x-first-death-", StringComparison.Ordinal)
        || header.StartsWith("x-last-death-", StringComparison.Ordinal);
}
