namespace LeadSync.Contracts;

/// <summary>
/// Asks Connector for access to a connection's org for a short while: <c>POST /v1/connections/{id}/grants</c>.
/// </summary>
/// <param name="Calls">How many API calls the asker may need.</param>
/// <param name="RefusedToken">
/// SHA-256 in lower-case hex of an access token that the CRM refused. When it is the one that Connector holds, it is renewed
/// first; when another asker has had it renewed meanwhile, that one is given.
/// </param>
/// <param name="Writes">
/// Whether records may be written with it; true unless the asker says that it only reads. Refused with <c>PULL_ONLY</c> where
/// the connection's direction is pull.
/// </param>
public sealed record GrantRequest(int Calls, string? RefusedToken = null, bool Writes = true);

/// <summary>Access to a connection's org. The token is a secret; what is not used by <paramref name="ExpiresAt"/> lapses.</summary>
/// <param name="System">The CRM: <c>salesforce</c>.</param>
/// <param name="Direction"><c>push</c>, <c>pull</c> or <c>both</c>; only with the first and last may records be written.</param>
/// <param name="UserId">The CRM's id of the user that the token belongs to.</param>
/// <param name="Calls">API calls granted; between 1 and what was asked for.</param>
public sealed record Grant(
    Guid ConnectionId,
    string System,
    string Direction,
    Uri InstanceUrl,
    string AccessToken,
    string UserId,
    int Calls,
    DateTimeOffset ExpiresAt
)
{
    public override string ToString() => $"{nameof(Grant)} of {ConnectionId}";
}
