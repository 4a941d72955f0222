using LeadSync.Testing;

namespace LeadSync.WholeSystem;

/// <summary>The whole system on a PostgreSQL and a RabbitMQ of its own, which may be killed too.</summary>
public sealed class HouseOnServersOfItsOwn : House
{
    private readonly PrivateServers _servers = new();

    protected override string Postgres => _servers.Postgres;

    protected override async Task<TestBroker> NewBrokerAsync()
    {
        await _servers.InitializeAsync();
        return new TestBroker(_servers);
    }

    public Task KillServerAsync(string server) => _servers.KillAsync(server);

    public Task StartServerAsync(string server) => _servers.StartAsync(server);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _servers.DisposeAsync();
    }
}
