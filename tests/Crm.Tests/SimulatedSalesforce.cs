using LeadSync.Crm.Salesforce;
using LeadSync.Crm.Salesforce.Bulk;
using LeadSync.CrmSimulator;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
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
    public SalesforceBulk Bulk => _client.GetRequiredService<SalesforceBulk>();

    public static Task<SimulatedSalesforce> StartAsync(params (string Name, object Value)[] others) =>
        StartAsync(TimeProvider.System, others);

    /// <param name="clock">The org's.</param>
    public static async Task<SimulatedSalesforce> StartAsync(
        TimeProvider clock,
        params (string Name, object Value)[] others
    )
    {
        var simulator = await Simulator.StartAsync(new() { Clock = clock });
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Crm:DevelopmentHosts:0"] = simulator.Address.Host,
        };
        foreach (var (name, value) in others)
            settings[name] = value.ToString();
        var client = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddCrms()
            .BuildServiceProvider();
        var session = new GrantedSession(client.GetRequiredService<SalesforceAuth>(), simulator);
        await session.RenewAsync("", TestContext.Current.CancellationToken);
        return new SimulatedSalesforce(simulator, client, session);
    }

    /// <summary>Leads Ng0, Ng1 …, in the order in which changes are read.</summary>
    public async Task<List<string>> CreateLeadsAsync(int count)
    {
        var writes = Enumerable
            .Range(0, count)
            .Select(n =>
                Say.Create(
                    "Lead",
                    $$"""{"LastName":"Ng{{n}}","Company":"Acme","Email":"ng{{n}}@x.com","NumberOfEmployees":{{n}}}"""
                )
            );
        var report = await Crm.WriteAsync(Session, [.. writes], TestContext.Current.CancellationToken);
        return [.. report.Results.Select(result => result.RecordId!)];
    }

    /// <summary>A query for all records of an object.</summary>
    public async Task<RecordQuery> QueryAsync(string objectName, params string[] fields) =>
        new(await Crm.DescribeAsync(Session, objectName, TestContext.Current.CancellationToken), fields);

    /// <summary>The stamp of each lead, as it is read.</summary>
    public async Task<Dictionary<string, DateTimeOffset>> StampsAsync()
    {
        var query = await QueryAsync("Lead");
        var page = await Crm.QueryAsync(Session, query, TestContext.Current.CancellationToken);
        return page.Records.ToDictionary(record => record.Id, record => record.Stamp, StringComparer.Ordinal);
    }

    public void SetPageSize(int records) => Change(settings => settings with { QueryPageSize = records });

    public void Change(Func<OrgSettings, OrgSettings> change) =>
        Simulator.Org.Settings = change(Simulator.Org.Settings);

    /// <summary>Lets every request from now on meet a fault.</summary>
    public void Strike(FaultKind kind) => Simulator.Faults.Put(new FaultRule { Kind = kind });

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
