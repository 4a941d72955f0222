namespace LeadSync.Push.Matching;

/// <summary>Reads the host of a website as people type it. Pure.</summary>
public static class WebsiteHost
{
    private const string Www = "www.";

    // Pages of many companies: that two people have one there says nothing of where they work.
    private static readonly string[] Shared =
    [
        "about.me",
        "bit.ly",
        "facebook.com",
        "fb.com",
        "github.com",
        "goo.gl",
        "google.com",
        "instagram.com",
        "linkedin.com",
        "linktr.ee",
        "medium.com",
        "pinterest.com",
        "t.me",
        "tiktok.com",
        "twitter.com",
        "vimeo.com",
        "wa.me",
        "whatsapp.com",
        "wikipedia.org",
        "x.com",
        "xing.com",
        "yelp.com",
        "youtube.com",
    ];

    /// <summary>
    /// Lower case, without <c>www.</c> and without what follows; null where there is none, or where it is shared by many companies, as
    /// <c>linkedin.com</c>. Names beyond ASCII come as the net writes them (<c>xn--…</c>).
    /// </summary>
    public static string? Of(string? website)
    {
        var text = website?.Trim();
        if (string.IsNullOrEmpty(text))
            return null;
        if (!text.Contains("://", StringComparison.Ordinal))
            text = $"https://{text.TrimStart('/')}";
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.HostNameType != UriHostNameType.Dns
        )
            return null;
        var host = address.IdnHost.TrimEnd('.');
        if (host.StartsWith(Www, StringComparison.OrdinalIgnoreCase))
            host = host[Www.Length..];
        return host.Contains('.', StringComparison.Ordinal) && !Shared.Any(one => IsWithin(host, one)) ? host : null;
    }

    /// <summary>How a host may stand in the CRM: as the net writes it, and as people do.</summary>
    public static IEnumerable<string> Spellings(string host)
    {
        yield return host;
        if (host.Contains("xn--", StringComparison.Ordinal))
            yield return new Uri($"https://{host}").GetComponents(UriComponents.NormalizedHost, UriFormat.Unescaped);
    }

    private static bool IsWithin(string host, string shared) =>
        host == shared || host.EndsWith($".{shared}", StringComparison.Ordinal);
}
