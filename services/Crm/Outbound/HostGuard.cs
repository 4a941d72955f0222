namespace LeadSync.Crm.Outbound;

/// <summary>
/// Decides by its address alone where credentials and tokens may be sent: to the CRMs' own domains over https, and to the
/// hosts that the installation names for development. Applies alike to what people enter, to what a CRM's login answers
/// and to every request that goes out. What the name leads to is looked at later, by <see cref="GuardedConnection"/>.
/// </summary>
public sealed class HostGuard(OutboundOptions options)
{
    // Salesforce's own domains that orgs are served from.
    private static readonly string[] Domains = ["salesforce.com", "force.com", "salesforce.mil"];

    // Where people work with Salesforce, and so what they copy from their browser.
    private const string Pages = ".lightning.force.com";

    /// <summary>Null when requests may go to this host; else why not, to follow the words "the address".</summary>
    /// <param name="address">A host's own address, without a path.</param>
    public string? Fault(Uri address)
    {
        if (!IsWeb(address))
            return "is no web address";
        if (address.UserInfo.Length > 0)
            return "holds a login, which does not belong there";
        return address.PathAndQuery is not "/" || address.Fragment.Length > 0
            ? "goes on after the host's name"
            : FaultOfHost(address);
    }

    /// <summary>The same of a request's whole address.</summary>
    internal string? FaultOfRequest(Uri address) =>
        !IsWeb(address) ? "is no web address"
        : address.UserInfo.Length > 0 ? "holds a login, which does not belong there"
        : FaultOfHost(address);

    /// <summary>Whether the host is one of those that the installation names for development.</summary>
    internal bool IsForDevelopment(string host) =>
        options.DevelopmentHosts.Any(named =>
            string.Equals(Bare(named), Bare(host), StringComparison.OrdinalIgnoreCase)
        );

    // By IdnHost throughout, since that is what a connection is made to: what looks like a dot or an s has become one there.
    private string? FaultOfHost(Uri address)
    {
        if (IsForDevelopment(address.IdnHost))
            return null;
        if (address.Scheme != Uri.UriSchemeHttps)
            return "is not encrypted";
        if (!address.IsDefaultPort)
            return "names a port";
        if (address.IdnHost.EndsWith(Pages, StringComparison.OrdinalIgnoreCase))
            return "is of Salesforce's pages, where its API does not answer";
        // On a label's boundary: evilsalesforce.com is nobody we know.
        return Array.Exists(
            Domains,
            domain => address.IdnHost.EndsWith('.' + domain, StringComparison.OrdinalIgnoreCase)
        )
            ? null
            : $"is not of a domain of Salesforce ({string.Join(", ", Domains)})";
    }

    private static bool IsWeb(Uri address) =>
        address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);

    private static string Bare(string host) => host.Trim('[', ']');
}
