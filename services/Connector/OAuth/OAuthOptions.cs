using System.ComponentModel.DataAnnotations;

namespace LeadSync.Connector.OAuth;

/// <summary>Section <c>OAuth</c>: how people authorise connections in the CRM.</summary>
public sealed class OAuthOptions : IValidatableObject
{
    /// <summary>
    /// The address that browsers reach Gateway at, as <c>https://leads.example.com</c>: the callback and connect links begin
    /// with it. When it is not set, it is taken from each request; set it in production.
    /// </summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>The consumer key of the installation's own app in Salesforce; none by default: connections bring theirs.</summary>
    public string? SalesforceClientId { get; set; }

    /// <summary>A file that holds the consumer secret of that app, and nothing else; blank at its ends is cut.</summary>
    public string? SalesforceClientSecretFile { get; set; }

    /// <summary>The consumer secret itself, where a file cannot be had. A secret: by environment only.</summary>
    public string? SalesforceClientSecret { get; set; }

    /// <summary>Where people of production orgs log in; a simulator's address for development.</summary>
    public Uri SalesforceLogin { get; set; } = new("https://login.salesforce.com");

    /// <summary>Where people of sandboxes log in.</summary>
    public Uri SalesforceSandboxLogin { get; set; } = new("https://test.salesforce.com");

    /// <summary>How long a person may take from the CRM's page back to here; 10 minutes by default.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:30:00")]
    public TimeSpan StateLife { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the org that was shown may be confirmed; 30 minutes by default. Then the access is given back.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan ConfirmWithin { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a connect link may be used; 7 days by default.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan LinkLife { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a consent that was confirmed or came to nothing can still be looked up; 30 days by default.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "365.00:00:00")]
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How often in a minute each replica answers one address on the pages that need no API key (callback and connect links);
    /// 600 by default. Behind Gateway that address is Gateway's, so that all visitors share it.
    /// </summary>
    [Range(1, 1_000_000)]
    public int PagesPerMinute { get; set; } = 600;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (
            var (address, name) in new[]
            {
                (PublicUrl, nameof(PublicUrl)),
                (SalesforceLogin, nameof(SalesforceLogin)),
                (SalesforceSandboxLogin, nameof(SalesforceSandboxLogin)),
            }
        )
        {
            if (
                address is { IsAbsoluteUri: false }
                || address is { Scheme: not ("https" or "http") } or { PathAndQuery: not "/" }
            )
                yield return new ValidationResult(
                    "is no address of scheme, host and port only, as https://leads.example.com",
                    [name]
                );
        }
        if (SalesforceClientSecret is { Length: > 0 } && SalesforceClientSecretFile is { Length: > 0 })
            yield return new ValidationResult(
                "is given beside the secret itself: give one of them",
                [nameof(SalesforceClientSecretFile)]
            );
        if (SalesforceClientSecretFile is { Length: > 0 } file && !File.Exists(file))
            yield return new ValidationResult("names a file that is not there", [nameof(SalesforceClientSecretFile)]);
    }
}
