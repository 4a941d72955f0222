using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>
/// Asks Connector for access to a connection's org for a short while: <c>POST /v1/connections/{id}/grants</c>.
/// </summary>
/// <param name="Calls">How many API calls the asker may need.</param>
/// <param name="RefusedToken">
/// SHA-256 in lower-case hex of an access token that the CRM refused. When it is the one that Connector holds, it is renewed
/// first; when another asker has had it renewed meanwhile, that one is given.
/// </param>
public sealed record GrantRequest(int Calls, string? RefusedToken = null)
{
    /// <summary>What the calls are for: when they run short, the more urgent get the last ones.</summary>
    public CallPriority Priority { get; init; }

    /// <summary>What the CRM's last answer to the asker said of the org's usage; absent when it said nothing.</summary>
    public ApiUsageSeen? Usage { get; init; }

    /// <summary>
    /// Whether records may be written with it; true unless the asker says that it only reads. Refused with <c>PULL_ONLY</c>
    /// where the connection's direction is pull.
    /// </summary>
    public bool Writes { get; init; } = true;
}

/// <summary>What API calls are for, the most urgent first.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallPriority>))]
public enum CallPriority
{
    [JsonStringEnumMemberName("newLead")]
    NewLead,

    [JsonStringEnumMemberName("update")]
    Update,

    [JsonStringEnumMemberName("pull")]
    Pull,

    /// <summary>Looks of our own: fields, permissions.</summary>
    [JsonStringEnumMemberName("probe")]
    Probe,
}

/// <summary>An org's API usage as one answer of the CRM told it; may be older than what others know.</summary>
/// <param name="Used">Calls counted in the CRM's current window.</param>
/// <param name="Allowance">Calls allowed in that window.</param>
public sealed record ApiUsageSeen(long Used, long Allowance);

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
