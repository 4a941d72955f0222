using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Crm.Salesforce;

/// <summary>What an app signs to be let in as a user who was approved for it beforehand (JWT bearer, RS256).</summary>
internal static class SalesforceAssertion
{
    // Five minutes are allowed; what is left over is for clocks that differ.
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(3);

    /// <param name="login">Who is to read it.</param>
    /// <param name="now">It works for three minutes from then on.</param>
    public static string Sign(Uri login, string clientId, string username, RSA key, DateTimeOffset now)
    {
        var claims = new AssertionClaims(
            clientId,
            username,
            login.GetLeftPart(UriPartial.Authority),
            (now + Life).ToUnixTimeSeconds()
        );
        var text =
            $"{Encode("""{"alg":"RS256"}"""u8)}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims, SalesforceJson.Default.AssertionClaims))}";
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(text),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{text}.{Encode(signature)}";

        static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
    }
}

internal sealed record AssertionClaims(
    [property: JsonPropertyName("iss")] string Issuer,
    [property: JsonPropertyName("sub")] string Subject,
    [property: JsonPropertyName("aud")] string Audience,
    [property: JsonPropertyName("exp")] long Expires
);
