using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Connector.Budget;

/// <summary>Reads an org's API usage into its budget, and makes Connector's own calls within it.</summary>
public sealed class OrgUsage(
    ICrm crm,
    AccessTokens tokens,
    ApiBudget budget,
    ConnectorOptions options,
    TimeProvider clock
)
{
    /// <summary>How old a figure must be before it is worth a call to read it again when the budget seems used up.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(15);

    /// <summary>Reads the figure through a connection that is stored. Costs one call, which is counted beforehand.</summary>
    /// <exception cref="CrmException">The CRM could not be asked, or refused.</exception>
    public Task ReadAsync(Access access, CancellationToken cancellationToken) =>
        ReadAsync(new OrgSession(access, tokens), access.OrgId, cancellationToken);

    /// <summary>Reads the figure through any session.</summary>
    public async Task ReadAsync(CrmSession session, string orgId, CancellationToken cancellationToken)
    {
        var org = new OrgKey(crm.System, orgId);
        var readAt = clock.GetUtcNow();
        await budget.CountAsync(org, 1, readAt + options.GrantLife, cancellationToken);
        var usage = await crm.ReadUsageAsync(session, cancellationToken);
        await budget.LearnAsync(org, usage, readAt, cancellationToken);
        if (session is OrgSession { Seen: { } seen })
            await budget.RaiseAsync(org, seen, cancellationToken);
    }

    /// <summary>
    /// Reserves calls; when nothing seems left, the CRM is asked first: part of what was granted may never have been used.
    /// </summary>
    /// <returns>As <see cref="ApiBudget.ReserveAsync"/>.</returns>
    public async Task<int> ReserveAsync(
        Access access,
        int asked,
        int least,
        CallPriority priority,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken
    )
    {
        var org = new OrgKey(crm.System, access.OrgId);
        var granted = await budget.ReserveAsync(org, asked, least, priority, expiresAt, cancellationToken);
        if (granted > 0 || await budget.AgeAsync(org, cancellationToken) < Young)
            return granted;
        await ReadAsync(access, cancellationToken);
        return await budget.ReserveAsync(org, asked, least, priority, expiresAt, cancellationToken);
    }

    /// <summary>Takes in what an answer to another service said of the usage.</summary>
    public Task LearnInPassingAsync(Access access, ApiUsageSeen seen, CancellationToken cancellationToken) =>
        budget.RaiseAsync(new OrgKey(crm.System, access.OrgId), seen, cancellationToken);

    /// <summary>Makes calls of Connector's own, reserved all or none.</summary>
    /// <param name="calls">The most calls that <paramref name="ask"/> may make, a renewed session's repeat included.</param>
    /// <exception cref="CrmException">
    /// Of class <see cref="FailureClass.Budget"/> when there are not that many left; whatever <paramref name="ask"/> throws.
    /// </exception>
    public async Task<T> UseAsync<T>(
        Access access,
        int calls,
        Func<CrmSession, Task<T>> ask,
        CancellationToken cancellationToken
    )
    {
        var expiresAt = clock.GetUtcNow() + options.GrantLife;
        if (await ReserveAsync(access, calls, calls, CallPriority.Probe, expiresAt, cancellationToken) == 0)
            throw new CrmException(NothingLeft());
        var session = new OrgSession(access, tokens);
        try
        {
            return await ask(session);
        }
        finally
        {
            if (session.Seen is { } seen)
                await LearnInPassingAsync(access, seen, CancellationToken.None);
        }
    }

    private static CrmFailure NothingLeft()
    {
        var kind = FailureCatalogue.LimitDaily;
        return new CrmFailure(kind.Code, FailureClass.Budget, "", kind.Cause, kind.Fix);
    }
}
