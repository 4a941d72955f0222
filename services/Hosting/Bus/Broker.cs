using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LeadSync.Hosting.Bus;

/// <summary>Where the broker is. Secrets.</summary>
/// <param name="Uri"><c>LEADSYNC_RABBITMQ</c>: amqp or amqps, with login and virtual host.</param>
/// <param name="Management"><c>LEADSYNC_RABBITMQ_MANAGEMENT</c>: the management HTTP API with login; null: bindings are not watched.</param>
public sealed record BrokerPlace(Uri Uri, Uri? Management)
{
    public string User => System.Uri.UnescapeDataString(Uri.UserInfo.Split(':')[0]);

    public string VirtualHost =>
        Uri.AbsolutePath.Length <= 1 ? "/" : System.Uri.UnescapeDataString(Uri.AbsolutePath[1..]);

    public override string ToString() => nameof(BrokerPlace);

    public static BrokerPlace Read(IConfiguration configuration) =>
        new(
            configuration.RequiredAddress(
                "LEADSYNC_RABBITMQ",
                "the broker, as amqp://user:password@host:5672/vhost",
                "amqp",
                "amqps"
            ),
            configuration["LEADSYNC_RABBITMQ_MANAGEMENT"] is { Length: > 0 }
                ? configuration.RequiredAddress(
                    "LEADSYNC_RABBITMQ_MANAGEMENT",
                    "the broker's management API, as http://user:password@host:15672",
                    "http",
                    "https"
                )
                : null
        );
}

/// <summary>
/// Our own connection to the broker, beside those of the buses: declares the topology before anything is published, watches
/// that it stays, and puts away what cannot be read.
/// </summary>
public sealed class Broker(
    BrokerPlace place,
    BusOptions options,
    IHttpClientFactory http,
    TimeProvider clock,
    ILogger<Broker> log
) : BackgroundService
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(2);

    // Of one question to the broker. The topology is hundreds of them, each of which the client limits by itself: under one limit for
    // all, a broker that is far away or busy would never be done, however often it is asked anew.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly SemaphoreSlim _gate = new(1);
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>What is missing for publishing to be safe; null while nothing is. Refreshed every two seconds.</summary>
    public string? Trouble { get; private set; } = "The topology is not declared yet.";

    /// <summary>The queues that something is bound to, as last seen; none without the management API.</summary>
    public IReadOnlySet<string> BoundQueues { get; private set; } = new HashSet<string>(StringComparer.Ordinal);

    // Not awaited by the start: a service whose broker is away is alive, not ready, and goes on by itself later.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var declared = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!declared)
                {
                    await UseAsync(
                        channel => Topology.DeclareAsync(channel, options.Shares, stoppingToken),
                        stoppingToken
                    );
                    declared = true;
                    _declared.TrySetResult();
                }
                Trouble = await FindTroubleAsync(stoppingToken);
            }
            catch (Exception fault) when (Faults.IsInfrastructure(fault) && !stoppingToken.IsCancellationRequested)
            {
                var trouble = fault switch
                {
                    OperationInterruptedException { ShutdownReason: { ReplyCode: 406 } refused } =>
                        $"The broker refuses the topology: {refused.ReplyText}",
                    HttpRequestException =>
                        "The broker's management API does not answer, so it is not known whether all queues are bound.",
                    _ => "The broker does not answer.",
                };
                if (Trouble != trouble)
                    log.LogWarning("{Trouble} Trying again ({Fault})", trouble, Faults.Name(fault));
                Trouble = trouble;
            }
            await Task.Delay(WatchEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private readonly TaskCompletionSource _declared = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once the topology has been declared.</summary>
    public Task Declared => _declared.Task;

    /// <summary>Puts a message that cannot be read where people can list, explain, redrive and discard it.</summary>
    /// <param name="original">
    /// Kept of it: its time, id and content type, and who published it. Not its other headers, some of which (CC) would
    /// make the broker put our copy elsewhere.
    /// </param>
    /// <param name="reason">Why, without anything of what the message holds.</param>
    public Task DeadLetterAsync(
        string queue,
        ReadOnlyMemory<byte> body,
        IReadOnlyBasicProperties? original,
        string reason,
        CancellationToken cancellationToken
    )
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["leadsync-queue"] = queue,
                ["leadsync-reason"] = reason,
                ["leadsync-publisher"] = original?.UserId,
                ["leadsync-dead-at"] = clock
                    .GetUtcNow()
                    .ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        if (original is not null)
        {
            properties.ContentType = original.ContentType;
            properties.MessageId = original.MessageId;
            if (original.IsTimestampPresent())
                properties.Timestamp = original.Timestamp;
        }
        return UseAsync(
            channel =>
                channel
                    .BasicPublishAsync(
                        "",
                        Topology.DeadLetterQueue(queue),
                        mandatory: true,
                        properties,
                        body,
                        cancellationToken
                    )
                    .AsTask()
                    .WaitAsync(Patience, cancellationToken),
            cancellationToken
        );
    }

    private async Task<string?> FindTroubleAsync(CancellationToken cancellationToken)
    {
        if (place.Management is null)
        {
            await UseAsync(
                channel =>
                    channel
                        .QueueDeclarePassiveAsync(Topology.Routes[0].Queue, cancellationToken)
                        .WaitAsync(Patience, cancellationToken),
                cancellationToken
            );
            return null;
        }

        using var client = http.CreateClient(nameof(Broker));
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(place.Management, $"/api/bindings/{Uri.EscapeDataString(place.VirtualHost)}")
        );
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(place.Management.UserInfo)))
        );
        using var response = await client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        var bindings = (
            await response.Content.ReadFromJsonAsync<List<Binding>>(JsonSerializerOptions.Web, cancellationToken)
        )!
            .Where(binding => binding.Source.Length > 0)
            .Select(binding => (binding.Source, binding.Destination))
            .ToHashSet();
        BoundQueues = bindings.Select(binding => binding.Destination).ToHashSet(StringComparer.Ordinal);
        var missing = Topology
            .RoutesWith(options.Shares)
            .Where(route => !bindings.Contains((route.Exchange, route.Queue)))
            .ToList();
        return missing.Count == 0
            ? null
            : $"Missing bindings: {string.Join(", ", missing.Select(route => $"{route.Exchange} to {route.Queue}"))}. Restarting any service declares them again.";
    }

    private sealed record Binding(string Source, string Destination);

    // One channel, one use at a time: these are rare things. A channel the broker closed is made anew.
    private async Task UseAsync(Func<IChannel, Task> use, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_connection is not { IsOpen: true })
            {
                var factory = new ConnectionFactory { Uri = place.Uri, ClientProvidedName = "leadsync-topology" };
                _connection = await factory.CreateConnectionAsync(cancellationToken);
                _channel = null;
            }
            if (_channel is not { IsOpen: true })
            {
                _channel = await _connection.CreateChannelAsync(
                    new CreateChannelOptions(
                        publisherConfirmationsEnabled: true,
                        publisherConfirmationTrackingEnabled: true
                    ),
                    cancellationToken
                );
            }
            await use(_channel);
        }
        finally
        {
            _gate.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    public override void Dispose()
    {
        _gate.Dispose();
        base.Dispose();
    }
}
