using System.Globalization;
using LeadSync.Crash.Wire;
using LeadSync.CrmSimulator.Data;
using LeadSync.Testing;
using LeadSync.WholeSystem;
using LeadSync.WholeSystem.Load;
using Npgsql;

namespace LeadSync.Crash;

/// <summary>
/// The whole system, every service a process as it ships, with everything that a service says to a server, to the CRM and to
/// Connector passing through <see cref="Link"/>s. Limits of time are short, in the order that production has them in.
/// </summary>
/// <param name="servers">A PostgreSQL and a RabbitMQ that may be killed, started; none: those of the tests.</param>
/// <param name="programs">By service, an assembly to run in place of the one that was built.</param>
/// <param name="allowance">API calls a day of the first workspace's org.</param>
public sealed class CrashHouse(
    PrivateServers? servers = null,
    IReadOnlyDictionary<string, string>? programs = null,
    int allowance = CrashHouse.Plenty
) : House
{
    /// <summary>How long a lane is leased; production: 30 s.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    /// <summary>How long an intent may still be sent; production: 10 s.</summary>
    public static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(1);

    /// <summary>How late the CRM may carry a call out; production: 10 minutes.</summary>
    public static readonly TimeSpan LateCommit = TimeSpan.FromSeconds(3);

    /// <summary>The workspace beside the first: with an org of its own.</summary>
    public const string OtherWorkspace = "other";

    /// <summary>The first workspace, as Gateway makes it.</summary>
    public const string Workspace = "default";

    /// <summary>More API calls than any trial makes.</summary>
    public const int Plenty = 10_000_000;

    // What Connector leaves to the org's other users (Connector:ReservedShare).
    private const double Ours = 0.8;

    private readonly Dictionary<string, Link> _links = new(StringComparer.Ordinal);
    private readonly List<RunningService> _replicas = [];
    private readonly Lock _gate = new();

    public Tripwire Wire { get; } = new();

    /// <summary>Every call to the CRM that was about leads, as it was seen to start.</summary>
    public CallLog Calls { get; } = new();

    public Tenant Other { get; private set; } = null!;

    /// <summary>Every process of the house, of a service with several replicas each.</summary>
    public IReadOnlyList<RunningService> Processes => [.. Services.Values, .. _replicas];

    /// <summary>From each service to the database and the broker, from Push to Connector; and to the CRM, which is everybody's.</summary>
    public IReadOnlyCollection<Link> Links => _links.Values;

    public override Uri CrmAddress => new($"http://127.0.0.1:{CrmLink.Port}");

    /// <summary>How many calls a day are ours in the first workspace's org.</summary>
    public long Budget => (long)(allowance * Ours);

    protected override string Postgres => servers?.Postgres ?? base.Postgres;

    /// <summary>The servers that may be killed.</summary>
    /// <exception cref="InvalidOperationException">They are others' too.</exception>
    public PrivateServers OwnServers =>
        servers ?? throw new InvalidOperationException("These servers are others' too, and are not killed.");

    public bool HasOwnServers => servers is not null;

    /// <summary>Starts everything.</summary>
    /// <param name="pushReplicas">How many replicas of Push there are.</param>
    public async Task StartAsync(int pushReplicas = 2)
    {
        await InitializeAsync();
        Other = await Tenant.AddAsync(this, OtherWorkspace);
        // A rule of the org's own would hide duplicates of ours.
        foreach (var org in Crm.Orgs.All)
            org.Setup = org.Setup with { DuplicateRules = [] };
        Other.Org.Settings = Other.Org.Settings with { DailyApiRequests = Plenty };
        for (var more = 1; more < pushReplicas; more++)
            _replicas.Add(await StartReplicaAsync("Push"));
    }

    /// <summary>The process that holds a connection; of a service with one process, that one.</summary>
    public RunningService OwnerOf(Passage passage, string service)
    {
        var candidates = Processes.Where(process => process.Name == service).ToList();
        if (candidates.Count == 1)
            return candidates[0];
        var id = SocketOwner.Find(passage.Service, candidates.Select(process => process.ProcessId));
        return candidates.Find(process => process.ProcessId == id)
            ?? throw new InvalidOperationException($"A connection of {service} belongs to none of its processes.");
    }

    public Org OrgOf(string workspace) => workspace == Workspace ? Crm.Org : Other.Org;

    /// <summary>As <see cref="Workspace"/>'s or the other's Manager.</summary>
    public HttpClient ClientOf(string workspace) => workspace == Workspace ? Http : Other.Http;

    protected override string? ProgramOf(string name) => programs?.GetValueOrDefault(name);

    protected override Task<TestBroker> NewBrokerAsync()
    {
        // Before the connection is made, which reads it.
        Crm.Org.Settings = Crm.Org.Settings with
        {
            DailyApiRequests = allowance,
        };
        return Task.FromResult(servers is null ? new TestBroker() : new TestBroker(servers));
    }

    protected override IReadOnlyDictionary<string, string> OwnSettings(string name)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LEADSYNC_POSTGRES"] = new NpgsqlConnectionStringBuilder(Postgres)
            {
                Host = "127.0.0.1",
                Port = DatabaseLink(name).Port,
            }.ConnectionString,
            ["LEADSYNC_RABBITMQ"] = new UriBuilder(Broker.Uri)
            {
                Host = "127.0.0.1",
                Port = BrokerLink(name).Port,
            }.Uri.ToString(),
            ["Gateway__BootstrapWorkspace"] = Workspace,
            ["Bus__Shares"] = "2",
            ["Push__Lease"] = Lease.ToString("c", CultureInfo.InvariantCulture),
            ["Push__SendWithin"] = SendWithin.ToString("c", CultureInfo.InvariantCulture),
            ["Push__LateCommit"] = LateCommit.ToString("c", CultureInfo.InvariantCulture),
        };
        if (name == "Push" && Services.ContainsKey("Connector"))
            settings["Services__Connector"] = $"http://127.0.0.1:{GrantLink.Port}";
        return settings;
    }

    private Link DatabaseLink(string name) =>
        LinkOf(
            $"{name}.database",
            name,
            () => new NpgsqlConnectionStringBuilder(Postgres).Port,
            () => new PostgresConversation(Lower(name), Points.Statements[name])
        );

    private Link BrokerLink(string name) =>
        LinkOf($"{name}.broker", name, () => Broker.Uri.Port, () => new AmqpConversation(Lower(name)));

    private Link CrmLink =>
        LinkOf("crm", "Push", () => Crm.Address.Port, () => new HttpConversation(CallLog.NameOf, Calls.Note));

    private Link GrantLink =>
        LinkOf(
            "grants",
            "Push",
            () => Services["Connector"].Address.Port,
            () =>
                new HttpConversation(request =>
                    request.Head.EndsWith("/grants", StringComparison.Ordinal) ? "push.grant" : null
                )
        );

    // Services start at the same time, and each asks for its links.
    private Link LinkOf(string key, string service, Func<int> port, Func<Conversation> talk)
    {
        lock (_gate)
        {
            if (!_links.TryGetValue(key, out var link))
                _links[key] = link = new Link(service, port, talk, Wire);
            return link;
        }
    }

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    public override async ValueTask DisposeAsync()
    {
        Other?.Dispose();
        foreach (var replica in _replicas)
            replica.Dispose();
        if (Broker is not null)
            await base.DisposeAsync();
        foreach (var link in _links.Values)
            await link.DisposeAsync();
    }
}
