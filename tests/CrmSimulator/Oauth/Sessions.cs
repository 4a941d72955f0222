using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>What an access token says of itself.</summary>
/// <param name="GrantId">The grant it came from, whose end is its end too; null without a refresh token.</param>
internal sealed record Session(
    DateTimeOffset IssuedAt,
    string UserId,
    string ClientId,
    IReadOnlyList<string> Scopes,
    string? GrantId
)
{
    public bool MayUseApi =>
        Scopes.Contains("api", StringComparer.Ordinal) || Scopes.Contains("full", StringComparer.Ordinal);
}

/// <summary>
/// An org's sessions. A token proves itself (signed under the org's key), so that sessions outlive a restart; the time of
/// last use is only in memory.
/// </summary>
internal sealed class Sessions(Org org)
{
    private readonly Dictionary<string, DateTimeOffset> lastUse = new(StringComparer.Ordinal);
    private readonly HashSet<string> revoked = new(StringComparer.Ordinal);
    private long issued;

    /// <summary>Tokens issued up to then are dead.</summary>
    public DateTimeOffset ExpiredUntil { get; set; } = DateTimeOffset.MinValue;

    public string Issue(
        string userId,
        string clientId,
        IReadOnlyList<string> scopes,
        string? grantId,
        DateTimeOffset now
    )
    {
        // The counter sets apart tokens of one tick, and those issued after ExpireAll from those before.
        var at = Math.Max(now.UtcTicks, Math.Max(issued, ExpiredUntil.UtcTicks) + 1);
        issued = at;
        var claims = string.Join(
            '\n',
            at.ToString("x16", CultureInfo.InvariantCulture),
            userId,
            clientId,
            string.Join(' ', scopes),
            grantId ?? ""
        );
        var body = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        var token = $"{org.Id[..15]}!{body}.{Sign(body)}";
        lastUse[token] = now;
        return token;
    }

    /// <summary>The session of a token that is alive, whose life then starts anew; null when it is dead.</summary>
    public Session? Use(string token, DateTimeOffset now)
    {
        var session = FindLive(token, now);
        if (session is not null)
            lastUse[token] = now;
        return session;
    }

    /// <summary>As <see cref="Use"/>, without prolonging the life.</summary>
    public Session? FindLive(string token, DateTimeOffset now)
    {
        if (revoked.Contains(token) || Read(token) is not { } session || session.IssuedAt <= ExpiredUntil)
            return null;
        if (LastUse(token, session) + org.Settings.SessionLifetime <= now)
            return null;
        if (session.GrantId is { } grant && org.Grants.Find(grant) is null)
            return null;
        return org.FindRecord(session.UserId)?["IsActive"] is true ? session : null;
    }

    /// <summary>When the session will end unless it is used.</summary>
    public DateTimeOffset EndOf(string token, Session session) =>
        LastUse(token, session) + org.Settings.SessionLifetime;

    /// <summary>False when the token is none of this org's.</summary>
    public bool Revoke(string token) => Read(token) is not null && revoked.Add(token);

    public void ExpireAll()
    {
        ExpiredUntil = new(Math.Max(org.Clock.GetUtcNow().UtcTicks, issued), TimeSpan.Zero);
        lastUse.Clear();
    }

    /// <summary>The session a token was issued for, alive or not; null when it is none of this org's.</summary>
    public Session? Read(string token)
    {
        var dot = token.LastIndexOf('.');
        if (dot <= 16 || token[15] != '!' || !token.StartsWith(org.Id[..15], StringComparison.Ordinal))
            return null;
        var body = token[16..dot];
        var signed = CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(token[(dot + 1)..]),
            Encoding.ASCII.GetBytes(Sign(body))
        );
        if (!signed)
            return null;
        var claims = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(body)).Split('\n');
        var ticks = long.Parse(claims[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new(
            new(ticks, TimeSpan.Zero),
            claims[1],
            claims[2],
            claims[3].Split(' '),
            claims[4].Length == 0 ? null : claims[4]
        );
    }

    private DateTimeOffset LastUse(string token, Session session) => lastUse.GetValueOrDefault(token, session.IssuedAt);

    private string Sign(string body) =>
        Base64Url.EncodeToString(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(org.ClientSecret), Encoding.UTF8.GetBytes($"{org.Id}{body}"))
        );
}
