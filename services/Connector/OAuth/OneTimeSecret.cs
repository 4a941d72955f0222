using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LeadSync.Connector.OAuth;

/// <summary>A text that is given out once and recognised by its hash: a state, a connect link, a browser's cookie.</summary>
public static class OneTimeSecret
{
    /// <summary>Of 256 random bits, in base64url: 43 characters, as a PKCE verifier asks for too.</summary>
    public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>SHA-256: of so much randomness nobody finds the text again.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>What PKCE shows of a verifier (RFC 7636, S256).</summary>
    public static string Challenge(string verifier) => Base64Url.EncodeToString(Hash(verifier));
}
