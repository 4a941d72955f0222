using LeadSync.Connector.Tokens;
using LeadSync.Crm;

namespace LeadSync.Connector.Budget;

/// <summary>Reads an org's API usage into its budget. Costs one call, which the CRM's next figure holds.</summary>
public sealed class OrgUsage(ICrm crm, AccessTokens tokens, ApiBudget budget, TimeProvider clock)
{
    /// <summary>How old a figure must be before it is worth a call to read it again when the budget seems used up.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(15);

    /// <summary>Reads the figure through a connection that is stored.</summary>
    /// <exception cref="CrmException">The CRM could not be asked, or refused.</exception>
    public Task ReadAsync(Access access, CancellationToken cancellationToken) =>
        ReadAsync(new OrgSession(access, tokens), access.OrgId, cancellationToken);

    /// <summary>Reads the figure through any session.</summary>
    public async Task ReadAsync(CrmSession session, string orgId, CancellationToken cancellationToken)
    {
        var readAt = clock.GetUtcNow();
        var usage = await crm.ReadUsageAsync(session, cancellationToken);
        await budget.LearnAsync(crm.System, orgId, usage, readAt, cancellationToken);
    }

    /// <summary>
    /// Reserves calls; when nothing seems left, the CRM is asked first: part of what was granted may never have been used.
    /// </summary>
    public async Task<int> ReserveAsync(
        Access access,
        int asked,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken
    )
    {
        var granted = await budget.ReserveAsync(crm.System, access.OrgId, asked, expiresAt, cancellationToken);
        if (granted > 0 || await budget.AgeAsync(crm.System, access.OrgId, cancellationToken) < Young)
            return granted;
        await ReadAsync(access, cancellationToken);
        return await budget.ReserveAsync(crm.System, access.OrgId, asked, expiresAt, cancellationToken);
    }
}
