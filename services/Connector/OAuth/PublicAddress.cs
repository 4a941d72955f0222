namespace LeadSync.Connector.OAuth;

/// <summary>Where browsers reach us: what the settings say, else where this request came to.</summary>
public sealed class PublicAddress(OAuthOptions options)
{
    // Set by Gateway alone, which drops what comes from outside under these names.
    private const string Scheme = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";

    public Uri Of(HttpRequest request)
    {
        if (options.PublicUrl is { } given)
            return given;
        var scheme = request.Headers[Scheme] is [{ Length: > 0 } forwarded] ? forwarded : request.Scheme;
        var host = request.Headers[Host] is [{ Length: > 0 } name] ? name : request.Host.Value;
        return new Uri($"{scheme}://{host}/");
    }

    /// <summary>Where a CRM sends people back to; each CRM has an address of its own, so that no answer is taken for another's.</summary>
    public Uri Callback(HttpRequest request, string system) => new(Of(request), $"/oauth/{system}/callback");

    public Uri ConnectLink(HttpRequest request, string secret) => new(Of(request), $"/connect/{secret}");
}
