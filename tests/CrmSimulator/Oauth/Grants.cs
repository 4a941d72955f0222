using System.Security.Cryptography;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>That a user let an app act for them: lives as long as its refresh token.</summary>
/// <param name="RefreshToken">The only one that is valid now.</param>
/// <param name="UsedAt">When it was granted or last refreshed.</param>
internal sealed record Grant(
    string Id,
    string ClientId,
    string UserId,
    string RefreshToken,
    IReadOnlyList<string> Scopes,
    DateTimeOffset GrantedAt,
    DateTimeOffset UsedAt
);

/// <summary>The grants of an org's users. Used while holding the org's gate.</summary>
internal sealed class Grants(Org org)
{
    /// <summary>So many approvals of one app by one user; one more silently ends the oldest.</summary>
    private const int MostPerUser = 5;

    private readonly Dictionary<string, Grant> byId = new(StringComparer.Ordinal);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Grant> All => [.. byId.Values.OrderBy(grant => grant.GrantedAt)];

    public Grant Add(App app, string userId, IReadOnlyList<string> scopes, DateTimeOffset now)
    {
        var held = All.Where(grant => grant.ClientId == app.ClientId && grant.UserId == userId).ToList();
        foreach (var oldest in held.Take(held.Count - MostPerUser + 1))
            byId.Remove(oldest.Id);
        var grant = new Grant(Random(9), app.ClientId, userId, NewToken(), scopes, now, now);
        byId.Add(grant.Id, grant);
        return grant;
    }

    public void Restore(Grant grant) => byId[grant.Id] = grant;

    public Grant? Find(string id) => byId.GetValueOrDefault(id);

    public Grant? FindByRefreshToken(string? token) =>
        byId.Values.FirstOrDefault(grant => string.Equals(grant.RefreshToken, token, StringComparison.Ordinal));

    /// <summary>Whether the user has approved the app for all of these scopes.</summary>
    public bool Covers(string clientId, string userId, IReadOnlyList<string> scopes) =>
        byId.Values.Any(grant =>
            grant.ClientId == clientId
            && grant.UserId == userId
            && scopes.All(scope => grant.Scopes.Contains(scope, StringComparer.Ordinal))
        );

    /// <summary>Notes the use, and with a rotating app gives a new refresh token in place of the old.</summary>
    public Grant Use(Grant grant, bool rotates, DateTimeOffset now) =>
        byId[grant.Id] = grant with { UsedAt = now, RefreshToken = rotates ? NewToken() : grant.RefreshToken };

    public bool Remove(string id) => byId.Remove(id);

    public void Clear() => byId.Clear();

    private string NewToken() => $"5Aep861{org.Id[12..15]}.{Random(48)}";

    private static string Random(int bytes) =>
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)).Replace('+', '_').Replace('/', '.').TrimEnd('=');
}
