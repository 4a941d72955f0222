using LeadSync.WholeSystem;
using LeadSync.WholeSystem.Load;

namespace LeadSync.Bench.Houses;

/// <summary>
/// The whole system with the settings that a customer has, beside a simulator that lives in this process: new databases, a new
/// virtual host and new orgs, so that no measurement meets what another has left behind.
/// </summary>
public sealed class BenchHouse : House
{
    // Journeys have these shorter, to see what comes after them; here they are as they come out of the box.
    private static readonly Dictionary<string, string> OutOfTheBox = new(StringComparer.Ordinal)
    {
        ["Push__LateCommit"] = "00:10:00",
        ["Push__Lease"] = "00:00:30",
        ["Push__SendWithin"] = "00:00:10",
    };

    private readonly List<Tenant> _tenants = [];
    private readonly List<RunningService> _replicas = [];

    public IReadOnlyList<Tenant> Tenants => _tenants;

    /// <summary>Every service's processes: the first of each, and the replicas that were started since.</summary>
    public IEnumerable<RunningService> AllServices => Services.Values.Concat(_replicas);

    public Processes Processes { get; private set; } = null!;

    /// <summary>Starts everything, with so many tenants of one connection each.</summary>
    public static async Task<BenchHouse> OpenAsync(int tenants, CrmPace pace)
    {
        var house = new BenchHouse();
        try
        {
            await house.InitializeAsync();
            house.Processes = await Processes.FindAsync(house);
            for (var number = 1; number <= tenants; number++)
                house._tenants.Add(await house.AddTenantAsync($"tenant-{number}", pace));
            return house;
        }
        catch
        {
            await house.DisposeAsync();
            throw;
        }
    }

    public async Task<Tenant> AddTenantAsync(string workspace, CrmPace pace)
    {
        var tenant = await Tenant.AddAsync(this, workspace);
        tenant.Org.Settings = tenant.Org.Settings with
        {
            LatencyMilliseconds = pace.Milliseconds,
            LatencyPerRecordMilliseconds = pace.MillisecondsPerRecord,
        };
        return tenant;
    }

    public async Task AddReplicaAsync(string service) => _replicas.Add(await StartReplicaAsync(service));

    protected override IReadOnlyDictionary<string, string> OwnSettings(string name) => OutOfTheBox;

    public override async ValueTask DisposeAsync()
    {
        foreach (var tenant in _tenants)
            tenant.Dispose();
        foreach (var replica in _replicas)
            replica.Dispose();
        await base.DisposeAsync();
    }
}
