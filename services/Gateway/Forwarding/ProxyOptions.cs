using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace LeadSync.Gateway.Forwarding;

/// <summary>Section <c>Proxy</c>: who may stand before Gateway.</summary>
public sealed class ProxyOptions : IValidatableObject
{
    /// <summary>
    /// Addresses or networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> are
    /// believed; none by default, and then nobody's are.
    /// </summary>
    public IList<string> Trusted { get; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var text in Trusted.Where(text => Network(text) is null))
            yield return new ValidationResult($"'{text}' is no IP address and no network", [nameof(Trusted)]);
    }

    internal static System.Net.IPNetwork? Network(string text) =>
        IPAddress.TryParse(text, out var address)
            ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
        : System.Net.IPNetwork.TryParse(text, out var network) ? network
        : null;
}

/// <summary>Takes from trusted proxies where a request came from, and as what.</summary>
public static class TrustedProxies
{
    /// <summary>First of all: what comes after must see the address that the browser used.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var trusted = app.Services.GetRequiredService<ProxyOptions>().Trusted;
        if (trusted.Count == 0)
            return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders =
                ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        // Loopback is trusted unless it is taken out.
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var text in trusted)
            options.KnownIPNetworks.Add(ProxyOptions.Network(text)!.Value);
        app.UseForwardedHeaders(options);
    }
}
