using LeadSync.Crm.Salesforce;
using LeadSync.CrmSimulator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Crm.Tests;

/// <summary>An org of the simulator, and a session that was really granted and is really renewed.</summary>
public sealed class SimulatedSalesforce : IAsyncDisposable
{
    private readonly ServiceProvider _client;

    private SimulatedSalesforce(Simulator simulator, ServiceProvider client, GrantedSession session) =>
        (Simulator, _client, Session) = (simulator, client, session);

    public Simulator Simulator { get; }
    public GrantedSession Session { get; }
    public ICrm Crm => _client.GetRequiredService<ICrm>();

    public static async Task<SimulatedSalesforce> StartAsync()
    {
        var simulator = await Simulator.StartAsync();
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Crm:DevelopmentHosts:0"] = simulator.Address.Host,
        };
        var client = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddCrms()
            .BuildServiceProvider();
        var session = new GrantedSession(client.GetRequiredService<SalesforceAuth>(), simulator);
        await session.RenewAsync("", TestContext.Current.CancellationToken);
        return new SimulatedSalesforce(simulator, client, session);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await Simulator.DisposeAsync();
    }
}

/// <summary>A session got by the client-credentials flow.</summary>
public sealed class GrantedSession(SalesforceAuth auth, Simulator simulator) : CrmSession
{
    private CrmToken? _token;

    public override Uri InstanceUrl => _token!.InstanceUrl;
    public override string AccessToken => _token!.AccessToken;
    public override string? UserId => _token!.UserId;
    public ApiUsage? Usage { get; private set; }

    public override void BeforeCall() { }

    public override void Observe(ApiUsage usage) => Usage = usage;

    public override async Task RenewAsync(string refusedToken, CancellationToken cancellationToken) =>
        _token = await auth.UseClientCredentialsAsync(
            simulator.Address,
            simulator.Org.ClientId,
            simulator.Org.ClientSecret,
            cancellationToken
        );
}
