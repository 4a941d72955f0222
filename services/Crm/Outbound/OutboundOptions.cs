using System.ComponentModel.DataAnnotations;

namespace LeadSync.Crm.Outbound;

/// <summary>Where a service may call besides the CRMs' own domains. Section <c>Crm</c>.</summary>
public sealed class OutboundOptions : IValidatableObject
{
    /// <summary>
    /// Names or addresses of hosts that count as a CRM too, over plain http and on any port, wherever their name leads: a
    /// simulator. Empty by default, and empty in production.
    /// </summary>
    public IList<string> DevelopmentHosts { get; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        DevelopmentHosts
            .Where(host => Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic)
            .Select(host => new ValidationResult(
                $"Crm:DevelopmentHosts must hold names or addresses of hosts, without scheme or port: '{host}' is none",
                [nameof(DevelopmentHosts)]
            ));
}
