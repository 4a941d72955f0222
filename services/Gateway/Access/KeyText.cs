using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace LeadSync.Gateway.Access;

/// <summary>
/// The text of an API key: <c>ls_live_</c>, its id (16 lower-case letters and digits), <c>_</c>, and a secret of 32 random
/// bytes in base64url (43 characters). The id is public and finds the key; only the secret's SHA-256 is kept. A plain hash
/// is enough: nobody guesses 256 random bits.
/// </summary>
public sealed partial record KeyText(string Id, byte[] SecretHash)
{
    private const string Prefix = "ls_live_";
    private const string IdLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int IdLength = 16;
    private const int SecretBytes = 32;

    /// <summary>A new key; its text is shown once and kept nowhere.</summary>
    public static (string Text, KeyText Key) Make()
    {
        var id = RandomNumberGenerator.GetString(IdLetters, IdLength);
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return ($"{Prefix}{id}_{secret}", new KeyText(id, Hash(secret)));
    }

    public static KeyText? TryRead(string text) =>
        Pattern().Match(text) is { Success: true } match
            ? new KeyText(match.Groups["id"].Value, Hash(match.Groups["secret"].Value))
            : null;

    private static byte[] Hash(string secret) => SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(secret));

    // \z: a $ would let a line end through.
    [GeneratedRegex(@"^ls_live_(?<id>[a-z0-9]{16})_(?<secret>[A-Za-z0-9_-]{43})\z", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Pattern();

    public override string ToString() => $"{Prefix}{Id}_…";
}
