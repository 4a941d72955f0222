using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Hosts;

/// <summary>Which of the CRM's hosts an address stands for.</summary>
public enum HostRole
{
    /// <summary>All of them at once, for every org: the simulator's own address.</summary>
    Any,

    /// <summary>The login host of production orgs. It signs users in and serves no data.</summary>
    Login,

    /// <summary>The login host of sandboxes.</summary>
    Test,

    /// <summary>One org's own host, and its instance_url.</summary>
    MyDomain,
}

/// <summary>A host as the control API shows it.</summary>
/// <param name="Org">Name of the org whose My Domain it is; null for the others.</param>
public sealed record CrmHost(HostRole Role, string? Org, Uri Address)
{
    /// <summary>Whether users of an org can sign in here.</summary>
    internal bool SignsIn(Org org) =>
        Role switch
        {
            HostRole.Login => !org.Settings.IsSandbox,
            HostRole.Test => org.Settings.IsSandbox,
            _ => Serves(org),
        };

    /// <summary>Whether an org's data is to be had here.</summary>
    internal bool Serves(Org org) =>
        Role switch
        {
            HostRole.Any => true,
            HostRole.MyDomain => string.Equals(org.Name, Org, StringComparison.Ordinal),
            _ => false,
        };
}
