using System.Text.Json.Serialization;
using LeadSync.Contracts;

namespace LeadSync.Connector.OAuth;

/// <summary>A consent as it is shown.</summary>
public sealed record ConsentView
{
    public required Guid Id { get; init; }
    public required Guid ConnectionId { get; init; }
    public required string Purpose { get; init; }
    public required string Name { get; init; }

    /// <summary><c>waiting</c>, <c>asked</c>, <c>shown</c>, <c>confirmed</c>, <c>refused</c> or <c>expired</c>.</summary>
    public required string Step { get; init; }

    /// <summary>What was chosen.</summary>
    public required string Environment { get; init; }

    /// <summary>To copy into the app in the CRM.</summary>
    public required Uri CallbackUrl { get; init; }

    /// <summary>Until when the current step may be done.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Where a person goes now to log in and allow access; given once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Uri? AuthorizeUrl { get; init; }

    /// <summary>What to send to an admin without an account here; given once, works once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Uri? ConnectLink { get; init; }

    /// <summary>What is to be confirmed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OrgView? Org { get; init; }

    /// <summary>Why it was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OAuthErrorView? Error { get; init; }

    public static ConsentView Of(Consent consent, DateTimeOffset now)
    {
        var isOpen = consent.Step is ConsentStep.Waiting or ConsentStep.Asked or ConsentStep.Shown;
        return new ConsentView
        {
            Id = consent.Id,
            ConnectionId = consent.ConnectionId,
            Purpose = consent.Purpose,
            Name = consent.Name,
            Step = isOpen && consent.ExpiresAt <= now ? "expired" : consent.Step,
            Environment = consent.Environment,
            CallbackUrl = consent.Callback,
            ExpiresAt = consent.ExpiresAt,
            Org = consent.OrgId is null
                ? null
                : new OrgView(consent.OrgId, consent.OrgName!, consent.Environment, consent.UserId!, consent.Username!),
            Error = consent.FailureCode is null
                ? null
                : new OAuthErrorView(
                    OAuthError.Title,
                    consent.FailureCode,
                    consent.FailureDetail!,
                    FailureCatalogue.All[consent.FailureCode].Fix,
                    OAuthError.Fixes(consent.Callback)
                ),
        };
    }
}

/// <summary>An org as it is shown before it is confirmed.</summary>
public sealed record OrgView(string Id, string Name, string Environment, string UserId, string Username);

/// <summary>An OAuth error as it is shown.</summary>
public sealed record OAuthErrorView(
    string Title,
    string Code,
    string Detail,
    string Fix,
    IReadOnlyList<OAuthFix> Fixes
);
