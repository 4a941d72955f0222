namespace LeadSync.CrmSimulator.Data;

/// <summary>What differs from org to org, and what the reference does not settle. Set over the control API or in a test.</summary>
public sealed record OrgSettings
{
    /// <summary>Most records in one page of a query's answer. Callers may ask for fewer, not for more.</summary>
    public int QueryPageSize { get; init; } = 2_000;

    /// <summary>How long a session lives after its last use.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How long a query's locator can be followed.</summary>
    public TimeSpan LocatorLifetime { get; init; } = TimeSpan.FromDays(2);

    /// <summary>API calls in any 24 hours; what is over it is refused with REQUEST_LIMIT_EXCEEDED.</summary>
    public int DailyApiRequests { get; init; } = 100_000;

    /// <summary>Off: every call is refused with API_DISABLED_FOR_ORG.</summary>
    public bool ApiEnabled { get; init; } = true;

    /// <summary>Time that every call takes.</summary>
    public int LatencyMilliseconds { get; init; }

    /// <summary>Time that each record of a call takes on top.</summary>
    public double LatencyPerRecordMilliseconds { get; init; }

    /// <summary>Space around a text is cut when it is saved. Not settled by the reference.</summary>
    public bool TrimText { get; init; } = true;

    /// <summary>An empty text clears the field. Not settled by the reference.</summary>
    public bool EmptyTextIsNull { get; init; } = true;

    /// <summary>Email fields are stored in lower case. Not settled by the reference.</summary>
    public bool LowercaseEmail { get; init; }

    /// <summary>
    /// Owner that the org's active assignment rule gives to Leads on create and update, unless Sforce-Auto-Assign is
    /// FALSE; null when no rule is active.
    /// </summary>
    public string? AssignLeadsTo { get; init; }

    /// <summary>Whether collections heed Sforce-Auto-Assign. Not settled by the reference; without it the rule always runs there.</summary>
    public bool CollectionsHeedAutoAssign { get; init; } = true;

    /// <summary>The edition's name, as Organization tells it.</summary>
    public string Edition { get; init; } = "Enterprise Edition";

    /// <summary>Whether conditional headers of a composite's parts are heeded. Not settled by the reference.</summary>
    public bool CompositeHeedsConditions { get; init; } = true;

    /// <summary>Whether collections heed Sforce-Duplicate-Rule-Header. Not settled by the reference.</summary>
    public bool CollectionsHeedDuplicateHeader { get; init; } = true;

    /// <summary>Whether a collection's DUPLICATES_DETECTED tells of the duplicates. Not settled by the reference.</summary>
    public bool CollectionsTellDuplicates { get; init; }

    /// <summary>HTTP status of INSUFFICIENT_ACCESS_OR_READONLY: 403 or 400. Not settled by the reference.</summary>
    public int InsufficientAccessStatus { get; init; } = 403;

    /// <summary>HTTP status of INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 400 or 403. Not settled by the reference.</summary>
    public int CrossReferenceAccessStatus { get; init; } = 400;

    /// <summary>How long a record stays unknown to searches after it was made or changed.</summary>
    public TimeSpan SearchIndexLag { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The org is a sandbox: its users sign in on the login host of sandboxes.</summary>
    public bool IsSandbox { get; init; }

    /// <summary>The org is locked or closed: nobody is given a session.</summary>
    public bool IsInactive { get; init; }

    /// <summary>How long a code of the web server flow can be exchanged. Not settled by the reference.</summary>
    public TimeSpan AuthorizationCodeLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>HTTP status with which the token endpoint refuses a client: 400 or 401. Not settled by the reference.</summary>
    public int TokenClientErrorStatus { get; init; } = 400;

    /// <summary>
    /// An app that is not installed is refused by sending the browser back, not with a page of the CRM's own. Not settled
    /// by the reference.
    /// </summary>
    public bool UninstalledAppIsSentBack { get; init; }

    /// <summary>How revoke names a token that it does not know. Not settled by the reference.</summary>
    public string UnknownTokenError { get; init; } = "invalid_token";

    /// <summary>Most ids of one collections retrieve by POST. Not settled by the reference.</summary>
    public int RetrieveLimit { get; init; } = 2_000;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Check()
    {
        Require(QueryPageSize is >= 1 and <= 2_000, nameof(QueryPageSize), "1 to 2000");
        Require(SessionLifetime > TimeSpan.Zero, nameof(SessionLifetime), "more than zero");
        Require(LocatorLifetime > TimeSpan.Zero, nameof(LocatorLifetime), "more than zero");
        Require(DailyApiRequests >= 0, nameof(DailyApiRequests), "0 or more");
        Require(LatencyMilliseconds is >= 0 and <= 600_000, nameof(LatencyMilliseconds), "0 to 600000");
        Require(LatencyPerRecordMilliseconds is >= 0 and <= 10_000, nameof(LatencyPerRecordMilliseconds), "0 to 10000");
        Require(AuthorizationCodeLifetime > TimeSpan.Zero, nameof(AuthorizationCodeLifetime), "more than zero");
        Require(TokenClientErrorStatus is 400 or 401, nameof(TokenClientErrorStatus), "400 or 401");
        Require(InsufficientAccessStatus is 400 or 403, nameof(InsufficientAccessStatus), "400 or 403");
        Require(CrossReferenceAccessStatus is 400 or 403, nameof(CrossReferenceAccessStatus), "400 or 403");
        Require(SearchIndexLag >= TimeSpan.Zero, nameof(SearchIndexLag), "zero or more");
        Require(
            UnknownTokenError is "invalid_token" or "unsupported_token_type",
            nameof(UnknownTokenError),
            "invalid_token or unsupported_token_type"
        );
        Require(RetrieveLimit is >= 1, nameof(RetrieveLimit), "1 or more");
    }

    private static void Require(bool holds, string name, string range)
    {
        if (!holds)
            throw new ArgumentException($"Org setting {name} must be {range}.", name);
    }
}
