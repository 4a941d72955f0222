using System.Security.Cryptography;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>A code that stands for a user's consent until it is exchanged, once.</summary>
/// <param name="Challenge">Of PKCE; null when none was sent.</param>
internal sealed record AuthorizationCode(
    string Value,
    string ClientId,
    string UserId,
    string RedirectUri,
    string? Challenge,
    IReadOnlyList<string> Scopes,
    string? Nonce,
    DateTimeOffset IssuedAt
);

/// <summary>The codes of an org that are not yet exchanged. Used while holding the org's gate.</summary>
internal sealed class AuthorizationCodes
{
    private readonly Dictionary<string, AuthorizationCode> open = new(StringComparer.Ordinal);

    /// <summary>Ends in two equals signs, as the CRM's codes often do: a caller must decode it once.</summary>
    public static string NewValue() => $"aPrx{Convert.ToHexString(RandomNumberGenerator.GetBytes(32))}==";

    public void Add(AuthorizationCode code) => open.Add(code.Value, code);

    public AuthorizationCode? Find(string? value) => value is null ? null : open.GetValueOrDefault(value);

    public void Remove(AuthorizationCode code) => open.Remove(code.Value);

    public void Clear() => open.Clear();
}
