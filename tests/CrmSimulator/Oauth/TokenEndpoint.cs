using System.Security.Cryptography;
using System.Text;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;
using Microsoft.AspNetCore.WebUtilities;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>The token endpoint: client credentials, in the body or as HTTP Basic.</summary>
internal static class TokenEndpoint
{
    private static readonly Dictionary<string, string> NeverKept = new(StringComparer.Ordinal)
    {
        ["Cache-Control"] = "no-cache,must-revalidate,max-age=0,no-store,private",
    };

    /// <param name="baseUrl">Where the caller reached us: it becomes the instance_url.</param>
    public static (ApiAnswer Answer, Org? Org) Answer(
        Orgs orgs,
        string baseUrl,
        string? authorization,
        string body,
        DateTimeOffset now
    )
    {
        var form = QueryHelpers.ParseQuery(body);
        string? Given(string name) => form.TryGetValue(name, out var values) ? values.ToString() : null;
        var (id, secret) = Basic(authorization) ?? (Given("client_id"), Given("client_secret"));
        var org = orgs.FindByClient(id);
        if (Given("grant_type") is not { Length: > 0 } grant)
            return (Refused("invalid_request", "missing required parameter: grant_type"), org);
        if (grant != "client_credentials")
            return (Refused("unsupported_grant_type", "grant type not supported"), org);
        if (org is null)
            return (Refused("invalid_client_id", "client identifier invalid"), null);
        if (!Same(secret ?? "", org.ClientSecret))
            return (Refused("invalid_client", "invalid client credentials"), org);

        string token;
        lock (org.Gate)
            token = org.Sessions.Issue(now);
        var identity = $"{baseUrl}/id/{org.Id}/{org.IntegrationUserId}";
        var issuedAt = now.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var answer = ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("access_token", token);
                json.WriteString("signature", Signature(identity + issuedAt, org.ClientSecret));
                json.WriteString("scope", "api id");
                json.WriteString("instance_url", baseUrl);
                json.WriteString("id", identity);
                json.WriteString("token_type", "Bearer");
                json.WriteString("issued_at", issuedAt);
                json.WriteEndObject();
            }
        );
        return (answer with { Headers = NeverKept }, org);
    }

    /// <summary>Revokes a token: 200 with an empty body.</summary>
    public static (ApiAnswer Answer, Org? Org) Revoke(Orgs orgs, string body)
    {
        var form = QueryHelpers.ParseQuery(body);
        var token = form.TryGetValue("token", out var values) ? values.ToString() : "";
        var org = orgs.FindByToken(token);
        if (org is null)
            return (Refused("invalid_token", "invalid token"), null);
        lock (org.Gate)
            return (org.Sessions.Revoke(token) ? new(200, default) : Refused("invalid_token", "invalid token"), org);
    }

    public static ApiAnswer Refused(string error, string description) =>
        ApiAnswer.Json(
            400,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("error", error);
                json.WriteString("error_description", description);
                json.WriteEndObject();
            }
        );

    private static (string? Id, string? Secret)? Basic(string? authorization)
    {
        if (authorization?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var bytes = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[6..].Trim(), bytes, out var length))
            return (null, null);
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? (pair, null)
            : (Uri.UnescapeDataString(pair[..colon]), Uri.UnescapeDataString(pair[(colon + 1)..]));
    }

    private static bool Same(string given, string wanted) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(wanted));

    private static string Signature(string text, string secret) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));
}
