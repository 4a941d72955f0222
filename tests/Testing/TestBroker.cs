using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using RabbitMQ.Client;
using Xunit;

namespace LeadSync.Testing;

/// <summary>
/// A virtual host of its own for one test class, with the whole topology declared; deleted at the end. A class fixture.
/// </summary>
public class TestBroker : IAsyncLifetime
{
    /// <summary>Of each shared intake; services under test are told the same.</summary>
    public const int Shares = 2;

    private static readonly SemaphoreSlim Sweep = new(1);
    private static bool _swept;
    private readonly Uri _broker;
    private readonly Uri _managementPlace;
    private readonly BrokerManagement _management;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<string, IConnection> _connections = new(StringComparer.Ordinal);

    public TestBroker()
        : this(Servers.RabbitMq, Servers.RabbitMqManagement) { }

    /// <param name="servers">Another broker than the one that all tests share; started.</param>
    public TestBroker(PrivateServers servers)
        : this(servers.RabbitMq, servers.RabbitMqManagement) { }

    private TestBroker(Uri broker, Uri management)
    {
        _broker = broker;
        _managementPlace = management;
        _management = new BrokerManagement(management);
    }

    public string VirtualHost { get; } = Servers.NewName();

    /// <summary>As our services reach it: <c>LEADSYNC_RABBITMQ</c>.</summary>
    public Uri Uri => new UriBuilder(_broker) { Path = $"/{VirtualHost}" }.Uri;

    /// <summary>Where it is, as a service's own settings would say it.</summary>
    public BrokerPlace Place => new(Uri, _managementPlace);

    public virtual async ValueTask InitializeAsync()
    {
        await SweepAsync();
        await _management.PutAsync($"/api/vhosts/{VirtualHost}");
        await _management.PutAsync(
            $"/api/permissions/{VirtualHost}/{BrokerManagement.Escape(Place.User)}",
            new
            {
                configure = ".*",
                write = ".*",
                read = ".*",
            }
        );
        await using var channel = await OpenChannelAsync();
        await Topology.DeclareAsync(channel, Shares, CancellationToken.None);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections.Values)
            await connection.DisposeAsync();
        _gate.Dispose();
        await _management.DeleteAsync($"/api/vhosts/{VirtualHost}");
        _management.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Publishes a raw body as one of our own services, with a plain client, confirmed and mandatory.</summary>
    public Task PublishAsync(string exchange, string body, BasicProperties? properties = null, string key = "") =>
        PublishAsync(exchange, Encoding.UTF8.GetBytes(body), properties, key);

    /// <inheritdoc cref="PublishAsync(string, string, BasicProperties?, string)"/>
    public async Task PublishAsync(
        string exchange,
        ReadOnlyMemory<byte> body,
        BasicProperties? properties = null,
        string key = ""
    )
    {
        await using var channel = await OpenChannelAsync();
        properties ??= new BasicProperties { UserId = Place.User };
        await channel.BasicPublishAsync(exchange, key, mandatory: true, properties, body);
    }

    /// <summary>
    /// Publishes a raw body as a product does: with a login <c>product.WORKSPACE.SOURCE</c> that may write to the capture
    /// and withdraw exchanges, and hear its own outcomes.
    /// </summary>
    /// <param name="properties">When not given, only the user id that the broker checks.</param>
    public Task PublishAsProductAsync(
        string workspace,
        string source,
        string exchange,
        string body,
        BasicProperties? properties = null
    ) => PublishAsProductAsync(workspace, source, exchange, Encoding.UTF8.GetBytes(body), properties);

    /// <inheritdoc cref="PublishAsProductAsync(string, string, string, string, BasicProperties?)"/>
    public async Task PublishAsProductAsync(
        string workspace,
        string source,
        string exchange,
        ReadOnlyMemory<byte> body,
        BasicProperties? properties = null
    )
    {
        var login = await AddProductAsync(workspace, source);
        await using var channel = await OpenChannelAsync(login);
        properties ??= new BasicProperties { UserId = login };
        await channel.BasicPublishAsync(exchange, "", mandatory: true, properties, body);
    }

    /// <summary>Makes a product's login, where it is missing, and gives its name.</summary>
    public async Task<string> AddProductAsync(string workspace, string source)
    {
        var login = $"{Openers.ProductPrefix}{workspace}.{source}";
        // Logins belong to the whole broker and may be another test's too, so they stay; without a virtual host they can do nothing.
        await _management.PutAsync(
            $"/api/users/{BrokerManagement.Escape(login)}",
            new { password = Password(login), tags = "" }
        );
        var own = $@"{login.Replace(".", @"\.", StringComparison.Ordinal)}(\..+)?";
        await _management.PutAsync(
            $"/api/topic-permissions/{VirtualHost}/{BrokerManagement.Escape(login)}",
            new
            {
                exchange = Wire.Outcomes,
                write = "^$",
                read = $@"^{workspace}\.{source}\.([a-z-]+|\*|#)$",
            }
        );
        await _management.PutAsync(
            $"/api/permissions/{VirtualHost}/{BrokerManagement.Escape(login)}",
            new
            {
                configure = $"^{own}$",
                write = $@"^(leadsync\.(capture|withdraw)|{own})$",
                read = $@"^(leadsync\.outcomes|{own})$",
            }
        );
        return login;
    }

    /// <summary>A channel with confirms; a publish that is not confirmed or returned throws.</summary>
    /// <param name="login">A product's login; none: that of our services.</param>
    public async Task<IChannel> OpenChannelAsync(string? login = null)
    {
        var connection = await ConnectAsync(login);
        return await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
    }

    private async Task<IConnection> ConnectAsync(string? login)
    {
        await _gate.WaitAsync();
        try
        {
            if (_connections.TryGetValue(login ?? "", out var open) && open.IsOpen)
                return open;
            var factory = new ConnectionFactory { Uri = Uri, ClientProvidedName = "leadsync-tests" };
            if (login is not null)
                (factory.UserName, factory.Password) = (login, Password(login));
            return _connections[login ?? ""] = await factory.CreateConnectionAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes up to so many messages off a queue, and off its shares where it has some.</summary>
    public async Task<IReadOnlyList<BasicGetResult>> ReadAsync(string queue, int most = 1_000)
    {
        await using var channel = await OpenChannelAsync();
        var messages = new List<BasicGetResult>();
        foreach (var one in WithShares(queue))
        {
            while (messages.Count < most && await channel.BasicGetAsync(one, autoAck: true) is { } message)
                messages.Add(message);
        }
        return messages;
    }

    /// <summary>
    /// How many messages wait on a queue and its shares; those handed out and not acknowledged yet do not count.
    /// </summary>
    public async Task<uint> CountAsync(string queue, int shares = Shares)
    {
        await using var channel = await OpenChannelAsync();
        var count = 0u;
        foreach (var one in WithShares(queue, shares))
            count += (await channel.QueueDeclarePassiveAsync(one)).MessageCount;
        return count;
    }

    private static IEnumerable<string> WithShares(string queue, int count = Shares) =>
        Topology.Shared.FirstOrDefault(shares => shares.Queue == queue) is { } intake
            ? intake.Queues(count).Select(one => one.Queue).Prepend(queue)
            : [queue];

    /// <summary>Declares a queue as a product does, and binds it to the outcomes of its own source.</summary>
    /// <param name="login">From <see cref="AddProductAsync"/>; the queue's name too.</param>
    public async Task<string> HearOutcomesAsync(string login, IDictionary<string, object?>? arguments = null)
    {
        await using var channel = await OpenChannelAsync(login);
        await channel.QueueDeclareAsync(login, durable: true, exclusive: false, autoDelete: false, arguments);
        await channel.QueueBindAsync(login, Wire.Outcomes, $"{login[Openers.ProductPrefix.Length..]}.*");
        return login;
    }

    /// <summary>Takes up to so many messages off a product's queue, as the product itself.</summary>
    public async Task<IReadOnlyList<BasicGetResult>> ReadAsProductAsync(string login, int most = 1_000)
    {
        await using var channel = await OpenChannelAsync(login);
        var messages = new List<BasicGetResult>();
        while (messages.Count < most && await channel.BasicGetAsync(login, autoAck: true) is { } message)
            messages.Add(message);
        return messages;
    }

    /// <summary>The names of all queues.</summary>
    public Task<IReadOnlyList<string>> QueuesAsync() => NamesAsync("queues");

    /// <summary>The names of all exchanges that are not the broker's own.</summary>
    public async Task<IReadOnlyList<string>> ExchangesAsync() =>
        [
            .. (await NamesAsync("exchanges")).Where(name =>
                name.Length > 0 && !name.StartsWith("amq.", StringComparison.Ordinal)
            ),
        ];

    /// <summary>Takes a binding away.</summary>
    public async Task UnbindAsync(string exchange, string queue, string key = "")
    {
        await using var channel = await OpenChannelAsync();
        await channel.QueueUnbindAsync(queue, exchange, key);
    }

    /// <summary>Puts a binding back.</summary>
    public async Task BindAsync(string exchange, string queue, string key = "")
    {
        await using var channel = await OpenChannelAsync();
        await channel.QueueBindAsync(queue, exchange, key);
    }

    /// <summary>Takes away the bindings of all shares of an intake.</summary>
    /// <param name="shares">How many there are.</param>
    public Task UnbindSharesAsync(string exchange, int shares = Shares) =>
        ForSharesAsync(exchange, shares, UnbindAsync);

    /// <summary>Puts them back.</summary>
    /// <param name="shares">How many there are.</param>
    public Task BindSharesAsync(string exchange, int shares = Shares) => ForSharesAsync(exchange, shares, BindAsync);

    private static async Task ForSharesAsync(string exchange, int shares, Func<string, string, string, Task> act)
    {
        var intake = Topology.SharesOf(exchange)!;
        foreach (var (key, queue) in intake.Queues(shares))
            await act(intake.SharesExchange, queue, key);
    }

    /// <summary>The names that open connections gave themselves.</summary>
    public async Task<IReadOnlyList<string>> ConnectionsAsync() =>
        [
            .. (await _management.GetAsync($"/api/vhosts/{VirtualHost}/connections"))
                .EnumerateArray()
                .Select(element =>
                    element.GetProperty("client_properties").GetProperty("connection_name").GetString()!
                ),
        ];

    /// <summary>The arguments that a queue was declared with.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> QueueArgumentsAsync(string queue) =>
        (await _management.GetAsync($"/api/queues/{VirtualHost}/{BrokerManagement.Escape(queue)}"))
            .GetProperty("arguments")
            .EnumerateObject()
            .ToDictionary(argument => argument.Name, argument => argument.Value.Clone(), StringComparer.Ordinal);

    private async Task<IReadOnlyList<string>> NamesAsync(string what) =>
        [
            .. (await _management.GetAsync($"/api/{what}/{VirtualHost}?columns=name"))
                .EnumerateArray()
                .Select(element => element.GetProperty("name").GetString()!),
        ];

    private static string Password(string login) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Servers.ServiceKey, Encoding.UTF8.GetBytes(login)));

    // What killed test runs left behind.
    private async Task SweepAsync()
    {
        await Sweep.WaitAsync();
        try
        {
            if (_swept)
                return;
            _swept = true;
            foreach (var vhost in (await _management.GetAsync("/api/vhosts?columns=name")).EnumerateArray())
            {
                if (vhost.GetProperty("name").GetString() is { } name && Servers.IsLeftOver(name))
                    await _management.DeleteAsync($"/api/vhosts/{name}");
            }
        }
        finally
        {
            Sweep.Release();
        }
    }
}
