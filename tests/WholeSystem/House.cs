using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using LeadSync.CrmSimulator;
using LeadSync.Testing;
using Npgsql;

namespace LeadSync.WholeSystem;

/// <summary>
/// The whole system as it runs, every service a process, with a simulated org connected and mapped: what a user has after
/// <c>./run</c>.
/// </summary>
public class House : IAsyncLifetime
{
    private const string Key = "ls_live_journeysjourneys_" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

    /// <summary>Of each intake that is spread by workspace.</summary>
    public const int Shares = 8;

    private readonly Dictionary<string, RunningService> _services = new(StringComparer.Ordinal);
    private readonly string _prefix = Servers.NewName();

    public Simulator Crm { get; private set; } = null!;

    /// <summary>Where the services find the simulated CRM.</summary>
    public virtual Uri CrmAddress => Crm.Address;

    public TestBroker Broker { get; private set; } = null!;

    /// <summary>Connection string of a login that may make databases and logins.</summary>
    protected virtual string Postgres => Servers.Postgres;

    /// <summary>What the names of this house's databases begin with; no other's do.</summary>
    public string DatabasePrefix => _prefix;

    /// <summary>Where a service keeps what it knows, for a login that may read all of it.</summary>
    public string DatabaseOf(string service) =>
        new NpgsqlConnectionStringBuilder(Postgres)
        {
            Database = $"{_prefix}_{service.ToLowerInvariant()}",
            Pooling = false,
        }.ConnectionString;

    /// <summary>As a user with a Manager's API key.</summary>
    public HttpClient Http { get; private set; } = null!;

    public IReadOnlyDictionary<string, RunningService> Services => _services;

    /// <summary>A virtual host on the broker that this house uses.</summary>
    protected virtual Task<TestBroker> NewBrokerAsync() => Task.FromResult(new TestBroker());

    public async ValueTask InitializeAsync()
    {
        Crm = await Simulator.StartAsync();
        Broker = await NewBrokerAsync();
        await Broker.InitializeAsync();
        string[] names = ["Connector", "Mapping", "Push", "Audit", "Gateway"];
        foreach (var name in names)
            _services[name] = Service(name);
        await Task.WhenAll(_services.Values.Select(service => service.StartAsync()));
        Http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = _services["Gateway"].Address };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        await ConnectAsync();
    }

    /// <summary>Starts another replica of a service, with the same database. Whoever starts it ends it.</summary>
    public async Task<RunningService> StartReplicaAsync(string name)
    {
        var replica = Service(name);
        await replica.StartAsync();
        return replica;
    }

    /// <summary>Reads one value from a service's database.</summary>
    public async Task<T?> AskAsync<T>(string service, string sql, object? values = null)
    {
        await using var connection = new NpgsqlConnection(DatabaseOf(service));
        return await connection.ExecuteScalarAsync<T>(sql, values);
    }

    /// <summary>The program of a service, where it is not the one that was built beside this house.</summary>
    protected virtual string? ProgramOf(string name) => null;

    private RunningService Service(string name) => new(name, () => Settings(name), ProgramOf(name));

    /// <summary>Settings of a service that differ from those of every house, by environment variable.</summary>
    protected virtual IReadOnlyDictionary<string, string> OwnSettings(string name) =>
        new Dictionary<string, string>(StringComparer.Ordinal);

    private Dictionary<string, string> Settings(string name)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LEADSYNC_POSTGRES"] = Postgres,
            ["LEADSYNC_RABBITMQ"] = Broker.Uri.ToString(),
            ["LEADSYNC_RABBITMQ_MANAGEMENT"] = Broker.Place.Management!.ToString(),
            ["LEADSYNC_SERVICE_KEY"] = Convert.ToBase64String(Servers.ServiceKey),
            ["LEADSYNC_MASTER_KEY"] = Convert.ToBase64String(Servers.MasterKey),
            ["Database__Create"] = "true",
            ["Database__Name"] = $"{_prefix}_{name.ToLowerInvariant()}",
            ["Gateway__BootstrapKey"] = Key,
            ["Crm__DevelopmentHosts__0"] = "127.0.0.1",
            ["Bus__Shares"] = Shares.ToString(CultureInfo.InvariantCulture),
            ["Push__LateCommit"] = "00:00:05",
            ["Push__Lease"] = "00:00:10",
            ["Push__SendWithin"] = "00:00:05",
        };
        foreach (var service in _services.Values)
            settings[$"Services__{service.Name}"] = service.Address.ToString();
        foreach (var (key, value) in OwnSettings(name))
            settings[key] = value;
        return settings;
    }

    private async Task ConnectAsync()
    {
        using var made = await Http.PostAsJsonAsync(
            "/v1/connections",
            new
            {
                name = "salesforce",
                system = "salesforce",
                instanceUrl = CrmAddress,
                clientId = Crm.Org.ClientId,
                clientSecret = Crm.Org.ClientSecret,
                direction = "push",
            }
        );
        made.IsSuccessStatusCode.ShouldBeTrue(await made.Content.ReadAsStringAsync());
        await ConfigureAsync(companyDefault: null);
    }

    /// <summary>Applies the mapping of these journeys, as a user's file.</summary>
    public async Task ConfigureAsync(string? companyDefault)
    {
        var yaml = $$"""
            sources:
              - name: web
              - name: chat
            mappings:
              - connection: salesforce
                object: Lead
                fields:
                  - { field: FirstName, from: firstName }
                  - { field: LastName, from: lastName }
                  - { field: Company, from: company{{(companyDefault is null ? "" : $", default: {companyDefault}")}} }
                  - { field: Email, from: email }
                  - { field: Title, from: title }
                  - { field: Phone, from: phone, rule: onlyWhenEmpty }
                  - { field: LeadSource, constant: Web, rule: onlyWhenEmpty }
            routes:
              - { source: web, connection: salesforce, createAs: Lead }
              - { source: chat, connection: salesforce, createAs: Lead }
            """;
        using var body = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        using var applied = await Http.PutAsync("/v1/config", body);
        applied.IsSuccessStatusCode.ShouldBeTrue(await applied.Content.ReadAsStringAsync());
    }

    /// <summary>
    /// Captures leads as a product does over HTTP, and gives the answer: what was not accepted is sent again, with the same
    /// Idempotency-Key.
    /// </summary>
    public async Task<JsonElement> CaptureAsync(params IEnumerable<object> leads)
    {
        var body = leads.ToList();
        var key = Guid.CreateVersion7().ToString();
        JsonElement taken = default;
        await Eventually.ShouldPass(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/leads")
            {
                Content = JsonContent.Create(body),
            };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await Http.SendAsync(request);
            answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
            taken = await answer.Content.ReadFromJsonAsync<JsonElement>();
        });
        return taken;
    }

    /// <summary>Reads something over Gateway.</summary>
    public Task<JsonElement> ReadAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>The kinds of events that Audit tells of a lead, in order.</summary>
    public async Task<IReadOnlyList<JsonElement>> TimelineAsync(string source, string leadId)
    {
        var timeline = await ReadAsync($"/v1/timeline?source={source}&leadId={Uri.EscapeDataString(leadId)}");
        return [.. timeline.GetProperty("events").EnumerateArray()];
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http?.Dispose();
        foreach (var service in _services.Values)
            service.Dispose();
        if (Broker is not null)
            await Broker.DisposeAsync();
        await Crm.DisposeAsync();
        await using var admin = NpgsqlDataSource.Create(Postgres);
        await using var connection = await admin.OpenConnectionAsync();
        var databases = await connection.QueryAsync<string>(
            "select datname from pg_database where starts_with(datname, @prefix)",
            new { prefix = _prefix }
        );
        foreach (var database in databases)
            await connection.ExecuteAsync($"""drop database "{database}" with (force)""");
        foreach (var service in _services.Keys.Select(name => $"{_prefix}_{name.ToLowerInvariant()}"))
            await connection.ExecuteAsync($"""drop role if exists "{service}", "{service}_owner" """);
    }
}
