using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>Id tokens of OpenID Connect, and what a client needs to check them. The key is new at each start.</summary>
internal static class IdToken
{
    private const string KeyId = "simulator";
    private static readonly string[] Code = ["code"];
    private static readonly string[] Public = ["public"];
    private static readonly string[] Rs256 = ["RS256"];
    private static readonly string[] S256 = ["S256"];
    private static readonly Lazy<RSA> Key = new(() => RSA.Create(2048));

    public static string Sign(OauthCall call, Org org, App app, string identity, string? nonce)
    {
        var now = call.Now.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = call.BaseUrl,
            ["sub"] = identity,
            ["aud"] = app.ClientId,
            ["iat"] = now,
            ["exp"] = now + 120,
            ["organization_id"] = org.Id,
        };
        if (nonce is not null)
            claims["nonce"] = nonce;
        var signed = $"{Part(new { alg = "RS256", typ = "JWT", kid = KeyId })}.{Part(claims)}";
        byte[] signature;
        lock (Key)
        {
            signature = Key.Value.SignData(
                Encoding.ASCII.GetBytes(signed),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            );
        }

        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>/id/keys.</summary>
    public static ApiAnswer Keys()
    {
        RSAParameters key;
        lock (Key)
            key = Key.Value.ExportParameters(includePrivateParameters: false);
        return ApiAnswer.Json(
            200,
            json =>
                JsonSerializer.Serialize(
                    json,
                    new
                    {
                        keys = new[]
                        {
                            new
                            {
                                kty = "RSA",
                                use = "sig",
                                alg = "RS256",
                                kid = KeyId,
                                n = Base64Url.EncodeToString(key.Modulus),
                                e = Base64Url.EncodeToString(key.Exponent),
                            },
                        },
                    }
                )
        );
    }

    /// <summary>/.well-known/openid-configuration.</summary>
    public static ApiAnswer Configuration(string baseUrl) =>
        ApiAnswer.Json(
            200,
            json =>
                JsonSerializer.Serialize(
                    json,
                    new
                    {
                        issuer = baseUrl,
                        authorization_endpoint = $"{baseUrl}/services/oauth2/authorize",
                        token_endpoint = $"{baseUrl}/services/oauth2/token",
                        revocation_endpoint = $"{baseUrl}/services/oauth2/revoke",
                        userinfo_endpoint = $"{baseUrl}/services/oauth2/userinfo",
                        introspection_endpoint = $"{baseUrl}/services/oauth2/introspect",
                        jwks_uri = $"{baseUrl}/id/keys",
                        response_types_supported = Code,
                        subject_types_supported = Public,
                        id_token_signing_alg_values_supported = Rs256,
                        code_challenge_methods_supported = S256,
                    }
                )
        );

    private static string Part(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
