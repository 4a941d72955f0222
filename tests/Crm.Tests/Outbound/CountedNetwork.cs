using System.Collections.Concurrent;
using System.Net;
using LeadSync.Crm.Outbound;
using LeadSync.Crm.Salesforce;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Crm.Tests.Outbound;

/// <summary>A network where every name leads where the test says, and where every connection is counted and none is made.</summary>
internal sealed class CountedNetwork(params string[] addresses) : Network
{
    private readonly ConcurrentQueue<string> _lookedUp = [];
    private readonly ConcurrentQueue<IPAddress> _connected = [];

    public IPAddress[] Addresses { get; set; } = Array.ConvertAll(addresses, IPAddress.Parse);
    public IReadOnlyCollection<string> LookedUp => _lookedUp;
    public IReadOnlyCollection<IPAddress> Connected => _connected;

    public override Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        _lookedUp.Enqueue(host);
        return Task.FromResult(Addresses);
    }

    public override Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        foreach (var address in addresses)
            _connected.Enqueue(address);
        throw new IOException("Nobody is there.");
    }
}

/// <summary>The client as services get it, on another network.</summary>
internal sealed class ClientOn : IDisposable
{
    private readonly ServiceProvider _services;

    public ClientOn(Network network, params string[] developmentHosts)
    {
        var settings = developmentHosts
            .Index()
            .ToDictionary(
                host => $"Crm:DevelopmentHosts:{host.Index}",
                host => (string?)host.Item,
                StringComparer.Ordinal
            );
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddSingleton(network)
            .AddCrms()
            .BuildServiceProvider();
    }

    /// <summary>Calls an org's API at the address; gives what was thrown.</summary>
    public Task<CrmException> CallAsync(string address) =>
        Should.ThrowAsync<CrmException>(() =>
            _services
                .GetRequiredService<ICrm>()
                .ReadUsageAsync(new TestSession { Host = new Uri(address) }, TestContext.Current.CancellationToken)
        );

    /// <summary>Logs in at the address; gives what was thrown.</summary>
    public Task<CrmException> LogInAsync(string address) =>
        Should.ThrowAsync<CrmException>(() =>
            _services
                .GetRequiredService<SalesforceAuth>()
                .UseClientCredentialsAsync(new Uri(address), "id", "secret", TestContext.Current.CancellationToken)
        );

    public void Dispose() => _services.Dispose();
}
