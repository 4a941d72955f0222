namespace LeadSync.Connector.Connections;

/// <summary>
/// Decides where credentials and tokens may be sent: to the CRMs' own domains over https, and to the hosts that the
/// installation names for development. Applies to what people enter and to what a CRM's login answers alike.
/// </summary>
public sealed class HostGuard(ConnectorOptions options)
{
    // Salesforce's own domains that orgs are served from.
    private static readonly string[] Domains = ["salesforce.com", "force.com", "salesforce.mil"];

    /// <summary>Null when requests may go there; else why not, to follow the words "the address".</summary>
    public string? Fault(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
            return "is no web address";
        if (address.UserInfo.Length > 0)
            return "holds a login, which does not belong there";
        if (address.PathAndQuery is not "/" || address.Fragment.Length > 0)
            return "goes on after the host's name";
        if (IsForDevelopment(address.Host))
            return null;
        if (address.Scheme != Uri.UriSchemeHttps)
            return "is not encrypted";
        if (!address.IsDefaultPort)
            return "names a port";
        // On a label's boundary: evilsalesforce.com is nobody we know.
        return Array.Exists(
            Domains,
            domain => address.IdnHost.EndsWith('.' + domain, StringComparison.OrdinalIgnoreCase)
        )
            ? null
            : $"is not of a domain of Salesforce ({string.Join(", ", Domains)})";
    }

    private bool IsForDevelopment(string host) =>
        options.DevelopmentHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
