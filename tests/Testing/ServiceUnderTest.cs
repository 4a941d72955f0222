using System.Globalization;
using System.Net.Http.Headers;
using LeadSync.Hosting.Web;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace LeadSync.Testing;

/// <summary>
/// A real service: its own Program in this process, on a free port of the loopback address, with a database and a virtual
/// host of its own. A class fixture; derive from it to set other settings.
/// </summary>
/// <typeparam name="TProgram">Any type of the service's assembly.</typeparam>
/// <param name="service">The service's name in lower case: <c>push</c>.</param>
public class ServiceUnderTest<TProgram>(string service) : IAsyncLifetime
{
    private static readonly string[] Peers = ["Gateway", "Connector", "Mapping", "Push", "Audit"];
    private readonly List<HttpClient> _clients = [];
    private IHost? _host;
    private EntryPoint? _run;

    public TestDatabase Database { get; } = new(typeof(TProgram).Assembly);
    public TestBroker Broker { get; } = new();
    public CapturedLogs Logs { get; } = new();

    /// <summary>
    /// Settings that differ from what the fixture gives, by configuration key (<c>Services:Connector</c>). Set before the
    /// service starts, or before it is started again.
    /// </summary>
    public IDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the service's parts are made of; only while it runs.</summary>
    public IServiceProvider Services => Host.Services;

    public Uri Address =>
        new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private IHost Host => _host ?? throw new InvalidOperationException("The service does not run.");

    /// <summary>Overridden to set <see cref="Settings"/> or to start stubs of peers, before anything else starts.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Overridden to replace parts, such as the clock; runs after all of the service's own registrations.</summary>
    protected virtual void Replace(IServiceCollection services) { }

    public virtual async ValueTask InitializeAsync()
    {
        await PrepareAsync();
        await Task.WhenAll(Database.InitializeAsync().AsTask(), Broker.InitializeAsync().AsTask());
        await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await StopAsync();
        await Task.WhenAll(Database.DisposeAsync().AsTask(), Broker.DisposeAsync().AsTask());
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the service on the same database and broker as before; a wrong setting throws what stopped it.</summary>
    public async Task StartAsync()
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["applicationName"] = typeof(TProgram).Assembly.GetName().Name,
            ["contentRoot"] = ContentRoot(),
            ["environment"] = "Production",
            ["urls"] = "http://127.0.0.1:0",
            ["LEADSYNC_POSTGRES"] = Servers.Postgres,
            ["LEADSYNC_RABBITMQ"] = Broker.Uri.ToString(),
            ["LEADSYNC_RABBITMQ_MANAGEMENT"] = Servers.RabbitMqManagement.ToString(),
            ["Bus:Shares"] = TestBroker.Shares.ToString(CultureInfo.InvariantCulture),
            ["LEADSYNC_SERVICE_KEY"] = Convert.ToBase64String(Servers.ServiceKey),
            ["LEADSYNC_MASTER_KEY"] = Convert.ToBase64String(Servers.MasterKey),
            ["Database:Create"] = "true",
            ["Database:Name"] = Database.Name,
        };
        // Nobody listens on port 9 (discard): a peer that a test does not stand in for is away.
        foreach (var peer in Peers)
            settings[$"Services:{peer}"] = "http://127.0.0.1:9";
        foreach (var (key, value) in Settings)
            settings[key] = value;
        var args = settings
            .Where(setting => setting.Value is not null)
            .Select(setting => $"--{setting.Key}={setting.Value}");
        (_host, _run) = await EntryPoint.StartAsync(
            typeof(TProgram).Assembly,
            [.. args],
            services =>
            {
                services.RemoveAll<ILoggerProvider>();
                services.AddSingleton<ILoggerProvider>(Logs);
                Replace(services);
            }
        );
        // A test may have the broker elsewhere, or nowhere.
        if (!Settings.ContainsKey("LEADSYNC_RABBITMQ"))
            await Buses.ShouldBeUp(Services);
    }

    /// <summary>Stops the service gracefully, as a rolling update does.</summary>
    public async Task StopAsync()
    {
        if (_host is null)
            return;
        await _host.StopAsync();
        await _run!.Ended;
        _host = null;
    }

    /// <summary>A client whose requests carry a fresh token, as those that Gateway or another service forwards.</summary>
    public HttpClient Client(string workspace, Role role, string name = "test")
    {
        var client = Anonymous(
            new TokenHandler(service, new Caller(workspace, name, role)) { InnerHandler = new SocketsHttpHandler() }
        );
        return client;
    }

    /// <summary>A client whose requests carry nothing.</summary>
    public HttpClient Anonymous() => Anonymous(new SocketsHttpHandler());

    private HttpClient Anonymous(HttpMessageHandler handler)
    {
        var client = new HttpClient(handler) { BaseAddress = Address };
        lock (_clients)
            _clients.Add(client);
        return client;
    }

    // Where the service's appsettings.json is; in the build's output, services overwrite each other's.
    private static string ContentRoot()
    {
        var home = Path.Combine(Checkout.Root, "services", typeof(TProgram).Assembly.GetName().Name!.Split('.')[^1]);
        return Directory.Exists(home) ? home : AppContext.BaseDirectory;
    }

    private sealed class TokenHandler(string receiver, Caller caller) : DelegatingHandler
    {
        private static readonly ServiceTokens Tokens = new(
            new SymmetricSecurityKey(Servers.ServiceKey),
            TimeProvider.System
        );

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            request.Headers.Authorization ??= new AuthenticationHeaderValue("Bearer", Tokens.Make(receiver, caller));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
