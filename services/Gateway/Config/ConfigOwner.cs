using LeadSync.Gateway.Forwarding;

namespace LeadSync.Gateway.Config;

/// <summary>
/// A service that keeps a part of a workspace's settings. It takes the whole file at <c>PUT /v1/config</c>, looks at its own
/// sections only, and with <c>dryRun=true</c> checks everything and saves nothing. At <c>GET /v1/config</c> it gives its own.
/// </summary>
/// <param name="Service">As in <c>Services:NAME</c>.</param>
/// <param name="Sections">The names at the top of the file that are its own.</param>
public sealed record ConfigOwner(string Service, IReadOnlyList<string> Sections)
{
    /// <summary>In the order in which they are applied: later ones may refer to what earlier ones keep.</summary>
    public static IReadOnlyList<ConfigOwner> All { get; } =
    [new(ForwardTable.Mapping, ["sources", "mappings", "routes", "pulls"]), new(ForwardTable.Push, ["rules"])];
}
