using System.Security.Cryptography;
using System.Text;

namespace LeadSync.CrmSimulator.Oauth;

public enum AppKind
{
    /// <summary>Known in every org; where it is not installed only users with a permission for that may approve it.</summary>
    ConnectedApp,

    /// <summary>Lives in its own org alone until it is installed in others.</summary>
    ExternalClientApp,
}

/// <summary>A client application as its admin has set it up: key and secret, where it may be called back, what it must prove.</summary>
public sealed record App
{
    /// <summary>The consumer key.</summary>
    public required string ClientId { get; init; }

    /// <summary>The consumer secret.</summary>
    public required string ClientSecret { get; init; }
    public string Name { get; init; } = "LeadSync";
    public AppKind Kind { get; init; }

    /// <summary>Where an authorisation may be sent back to; compared character by character.</summary>
    public IReadOnlyList<string> CallbackUrls { get; init; } = [];
    public IReadOnlyList<string> Scopes { get; init; } = ["api", "id", "web", "refresh_token", "openid", "full"];

    /// <summary>An authorisation without a code challenge is refused.</summary>
    public bool PkceRequired { get; init; }

    /// <summary>A code is exchanged only with the secret.</summary>
    public bool SecretRequired { get; init; } = true;

    /// <summary>A token is refreshed only with the secret.</summary>
    public bool SecretRequiredToRefresh { get; init; } = true;

    /// <summary>Each refresh gives a new refresh token, and the old one dies.</summary>
    public bool RotatesRefreshTokens { get; init; }

    /// <summary>A refresh token dies so long after it was granted; null is never.</summary>
    public TimeSpan? RefreshTokenLifetime { get; init; }

    /// <summary>A refresh token dies when it is not used for so long; null is never.</summary>
    public TimeSpan? RefreshTokenIdleLifetime { get; init; }

    /// <summary>Names of the orgs in which it is installed, beside its own; null is all of them.</summary>
    public IReadOnlyList<string>? InstalledIn { get; init; }

    /// <summary>Only <see cref="ApprovedUsers"/> may use it; otherwise each user approves it for themselves.</summary>
    public bool AdminApprovedOnly { get; init; }

    /// <summary>Usernames for whom an admin has approved it.</summary>
    public IReadOnlyList<string> ApprovedUsers { get; init; } = [];

    /// <summary>Username as whom client credentials run; null when that flow is not set up.</summary>
    public string? RunAs { get; init; }

    /// <summary>PEM of the certificate or public key that signs its assertions; null when none is uploaded.</summary>
    public string? Certificate { get; init; }

    /// <summary>Callers are outside the addresses that the app allows.</summary>
    public bool IpRestricted { get; init; }

    internal bool HasSecret(string? given) =>
        given is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(ClientSecret));

    /// <exception cref="ArgumentException">A value is unusable; the message names it.</exception>
    internal void Check()
    {
        Require(ClientId.Trim().Length > 0, nameof(ClientId), "must not be empty");
        Require(ClientSecret.Trim().Length > 0, nameof(ClientSecret), "must not be empty");
        foreach (var url in CallbackUrls)
            Require(
                Uri.TryCreate(url, UriKind.Absolute, out _),
                nameof(CallbackUrls),
                $"must be absolute, not '{url}'"
            );
        if (Certificate is not null)
            Require(Assertion.TryReadKey(Certificate, out _), nameof(Certificate), "must be PEM with an RSA key");
        Require(
            RefreshTokenLifetime is null || RefreshTokenLifetime > TimeSpan.Zero,
            nameof(RefreshTokenLifetime),
            "must be more than zero"
        );
        Require(
            RefreshTokenIdleLifetime is null || RefreshTokenIdleLifetime > TimeSpan.Zero,
            nameof(RefreshTokenIdleLifetime),
            "must be more than zero"
        );
    }

    private static void Require(bool holds, string name, string rule)
    {
        if (!holds)
            throw new ArgumentException($"An app's {name} {rule}.", name);
    }
}
