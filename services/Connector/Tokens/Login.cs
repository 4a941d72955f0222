using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Crm.Outbound;
using LeadSync.Crm.Salesforce;

namespace LeadSync.Connector.Tokens;

/// <summary>Asks a CRM for access, and believes no answer that would send us to a host of someone else's.</summary>
public sealed class Login(SalesforceAuth salesforce, HostGuard hosts)
{
    // A row is locked meanwhile, and the asker waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <exception cref="CrmException">As <see cref="SalesforceAuth.UseClientCredentialsAsync"/>; never of another kind for a slow answer.</exception>
    public async Task<CrmToken> AskAsync(
        Uri domain,
        string clientId,
        string clientSecret,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        CrmToken token;
        try
        {
            token = await salesforce.UseClientCredentialsAsync(domain, clientId, clientSecret, limit.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            var kind = FailureCatalogue.CrmUnavailable;
            throw new CrmException(
                new CrmFailure(
                    kind.Code,
                    FailureClass.Transient,
                    "",
                    $"Salesforce's login gave no answer within {Patience.TotalSeconds:0} seconds.",
                    kind.Fix
                ),
                fault
            );
        }
        return hosts.Fault(new Uri(token.InstanceUrl, "/")) is { } why
            ? throw new CrmException(
                new CrmFailure(
                    "HOST_NOT_ALLOWED",
                    FailureClass.Session,
                    "",
                    $"Salesforce's login sent us to {token.InstanceUrl.Host}, which {why}.",
                    "Check the org's address; if it is right, tell LeadSync's operator."
                )
            )
            : token;
    }
}
