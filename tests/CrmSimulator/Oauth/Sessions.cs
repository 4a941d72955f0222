using System.Security.Cryptography;
using System.Text;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>
/// An org's sessions. A token proves itself (issue time under the org's key), so that sessions outlive a restart; the time
/// of last use is only in memory.
/// </summary>
internal sealed class Sessions(Org org)
{
    private readonly Dictionary<string, DateTimeOffset> lastUse = new(StringComparer.Ordinal);
    private readonly HashSet<string> revoked = new(StringComparer.Ordinal);
    private long issued;

    /// <summary>Tokens issued up to then are dead.</summary>
    public DateTimeOffset ExpiredUntil { get; set; } = DateTimeOffset.MinValue;

    public string Issue(DateTimeOffset now)
    {
        // The counter sets apart tokens of one tick, and those issued after ExpireAll from those before.
        var at = Math.Max(now.UtcTicks, Math.Max(issued, ExpiredUntil.UtcTicks) + 1);
        issued = at;
        var token = $"{org.Id[..15]}!{Encode(at)}.{Sign(at)}";
        lastUse[token] = now;
        return token;
    }

    /// <summary>True when the token is alive; its life then starts anew.</summary>
    public bool Use(string token, DateTimeOffset now)
    {
        if (revoked.Contains(token) || IssuedAt(token) is not { } at || at <= ExpiredUntil)
            return false;
        var last = lastUse.GetValueOrDefault(token, at);
        if (last + org.Settings.SessionLifetime <= now)
            return false;
        lastUse[token] = now;
        return true;
    }

    /// <summary>False when the token is none of this org's.</summary>
    public bool Revoke(string token) => IssuedAt(token) is not null && revoked.Add(token);

    public void ExpireAll()
    {
        ExpiredUntil = new(Math.Max(org.Clock.GetUtcNow().UtcTicks, issued), TimeSpan.Zero);
        lastUse.Clear();
    }

    private DateTimeOffset? IssuedAt(string token)
    {
        var mark = token.IndexOf('!', StringComparison.Ordinal);
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        if (mark != 15 || dot < mark || !token.StartsWith(org.Id[..15], StringComparison.Ordinal))
            return null;
        if (
            !long.TryParse(
                token.AsSpan(mark + 1, dot - mark - 1),
                System.Globalization.NumberStyles.HexNumber,
                System.Globalization.CultureInfo.InvariantCulture,
                out var ticks
            )
        )
            return null;
        var signed = CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(token[(dot + 1)..]),
            Encoding.ASCII.GetBytes(Sign(ticks))
        );
        return signed && ticks > 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;
    }

    private static string Encode(long ticks) =>
        ticks.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    private string Sign(long ticks) =>
        Convert
            .ToBase64String(
                HMACSHA256.HashData(
                    Encoding.UTF8.GetBytes(org.ClientSecret),
                    Encoding.UTF8.GetBytes($"{org.Id}{Encode(ticks)}")
                )
            )
            .Replace('+', '_')
            .Replace('/', '.')
            .TrimEnd('=');
}
