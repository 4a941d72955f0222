namespace LeadSync.Crm;

/// <summary>Access to one org, as granted. Holds a secret: never logged, and its text does not show it.</summary>
/// <param name="AccessToken">What each call carries. How long it lives is not announced: it ends with a refusal.</param>
/// <param name="InstanceUrl">The host of the org's API; may differ at the next grant.</param>
/// <param name="OrgId">The org, as a long id.</param>
/// <param name="UserId">The user we act as, as a long id.</param>
/// <param name="IssuedAt">When the CRM issued it, by its own clock.</param>
public sealed record CrmToken(string AccessToken, Uri InstanceUrl, string OrgId, string UserId, DateTimeOffset IssuedAt)
{
    /// <summary>What renews it; null where the way it was granted gives none, or none anew. A secret that outlives the session.</summary>
    public string? RefreshToken { get; init; }

    public override string ToString() => $"token of user {UserId} in org {OrgId} at {InstanceUrl.Host}";
}
