using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>A signed assertion of the JWT bearer flow, read but not yet believed.</summary>
internal sealed record Assertion(
    string Issuer,
    string Subject,
    string Audience,
    DateTimeOffset Expires,
    string Algorithm,
    byte[] Signed,
    byte[] Signature
)
{
    /// <summary>Null when it is no JWT with the four claims.</summary>
    public static Assertion? Read(string jwt)
    {
        var parts = jwt.Split('.');
        if (parts.Length != 3)
            return null;
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var root = claims.RootElement;
            // prn is the older name of the subject.
            var subject = root.TryGetProperty("sub", out var sub) ? sub : root.GetProperty("prn");
            return new(
                root.GetProperty("iss").GetString()!,
                subject.GetString()!,
                root.GetProperty("aud").GetString()!,
                DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("exp").GetInt64()),
                header.RootElement.GetProperty("alg").GetString()!,
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2])
            );
        }
        catch (Exception e)
            when (e
                    is FormatException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or ArgumentOutOfRangeException
            )
        {
            return null;
        }
    }

    public bool IsSignedBy(string certificate)
    {
        if (Algorithm != "RS256" || !TryReadKey(certificate, out var key))
            return false;
        using (key)
            return key.VerifyData(Signed, Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>Reads the RSA key of a certificate or of a public key in PEM.</summary>
    public static bool TryReadKey(string pem, out RSA key)
    {
        key = RSA.Create();
        try
        {
            if (pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal))
            {
                using var certificate = X509Certificate2.CreateFromPem(pem);
                key.Dispose();
                key = certificate.GetRSAPublicKey()!;
                return key is not null;
            }

            key.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return false;
        }
    }
}
