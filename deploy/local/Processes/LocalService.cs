namespace LeadSync.Local.Processes;

/// <summary>A program of the local system.</summary>
/// <param name="Name">As people call it; its lower case names its files.</param>
/// <param name="Project">Its folder in the checkout.</param>
/// <param name="PreferredPort">Where it listens unless somebody else does.</param>
/// <param name="ReadyPath">What answers with success once it is ready.</param>
public sealed record LocalService(string Name, string Project, int PreferredPort, string ReadyPath = "/health/ready")
{
    public static readonly LocalService Gateway = new("Gateway", "services/Gateway", 5080);
    public static readonly LocalService Connector = new("Connector", "services/Connector", 5081);
    public static readonly LocalService Mapping = new("Mapping", "services/Mapping", 5082);
    public static readonly LocalService Push = new("Push", "services/Push", 5083);
    public static readonly LocalService Audit = new("Audit", "services/Audit", 5084);

    /// <summary>Stands in for the customer's CRM.</summary>
    public static readonly LocalService Simulator = new("CrmSimulator", "tests/CrmSimulator", 5090, "/control/orgs");

    /// <summary>All of them, in the order in which they are shown and started.</summary>
    public static IReadOnlyList<LocalService> All { get; } = [Simulator, Connector, Mapping, Push, Audit, Gateway];

    public string Program(Checkout checkout) =>
        Path.Combine(checkout.Root, Project, "bin", "Debug", "net10.0", $"LeadSync.{Name}.dll");

    public string Log(Checkout checkout) => Path.Combine(checkout.Logs, $"{Name.ToLowerInvariant()}.log");
}
