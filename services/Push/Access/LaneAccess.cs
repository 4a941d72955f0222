using System.Security.Cryptography;
using System.Text;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Access;

/// <summary>Access to the CRM of a connection, for as long as a grant lasts.</summary>
public abstract class CrmAccess : CrmSession
{
    public abstract ICrm Crm { get; }
}

/// <summary>
/// One lane's access to its CRM while it is served: the grant, what is left of it, and the last look before each call at
/// whether the call may still go out.
/// </summary>
public sealed class LaneAccess(
    Lease lease,
    ICrm crm,
    Grant grant,
    ConnectorClient connector,
    ObservedUsage observed,
    LeaseStore leases,
    HoldWatch holds,
    TimeProvider clock,
    PushOptions options
) : CrmAccess
{
    /// <summary>Calls asked for at a time: a match and a write, and some for the pages of a long answer and for halving.</summary>
    public const int CallsPerGrant = 10;

    private Grant _grant = grant;
    private int _calls = grant.Calls;
    private long _checkedAt;
    private DateTimeOffset _sendBefore = DateTimeOffset.MaxValue;
    private IReadOnlyCollection<Cargo> _cargo = [];

    public override ICrm Crm => crm;

    /// <summary>What the calls are for that are asked for from now on.</summary>
    public CallPriority Priority { get; set; }

    public override Uri InstanceUrl => _grant.InstanceUrl;

    public override string AccessToken => _grant.AccessToken;

    public override string? UserId => _grant.UserId;

    /// <summary>
    /// Before each use of <see cref="Crm"/>: the lane must still be ours, and the grant good for it.
    /// </summary>
    /// <param name="cargo">What the calls will carry: a hold on any of it stops them.</param>
    /// <param name="sendBefore">When given, the call is not sent after this.</param>
    /// <exception cref="HeldException">A hold is set; nothing was sent.</exception>
    public async Task PrepareAsync(
        IReadOnlyCollection<Cargo> cargo,
        CancellationToken cancellationToken,
        DateTimeOffset? sendBefore = null
    )
    {
        _cargo = cargo;
        holds.Check(lease.Workspace, lease.ConnectionId, cargo);
        if (_calls <= 0 || clock.GetUtcNow() >= _grant.ExpiresAt)
            await AskAsync(refusedToken: null, cancellationToken);
        _sendBefore = sendBefore ?? DateTimeOffset.MaxValue;
        if (!await leases.RenewAsync(lease, cancellationToken))
            throw new LeaseLostException(lease.ConnectionId);
        _checkedAt = clock.GetTimestamp();
    }

    /// <summary>Asks for more calls when fewer than these are left; gives how many there are then, at least one.</summary>
    public async Task<int> ReserveAsync(int calls, CancellationToken cancellationToken)
    {
        if (_calls < calls)
            await AskAsync(refusedToken: null, cancellationToken, calls);
        return _calls;
    }

    public override Task RenewAsync(string refusedToken, CancellationToken cancellationToken) =>
        AskAsync(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(refusedToken))), cancellationToken);

    public override void BeforeCall()
    {
        // A process that was stopped between the check and here has lost the lane without noticing.
        if (clock.GetElapsedTime(_checkedAt) >= options.Lease || clock.GetUtcNow() >= _sendBefore)
            throw new LeaseLostException(lease.ConnectionId);
        holds.Check(lease.Workspace, lease.ConnectionId, _cargo);
        if (--_calls < 0)
            throw new GrantSpentException();
    }

    public override void Observe(ApiUsage usage) => observed.Note(lease.ConnectionId, usage);

    private async Task AskAsync(string? refusedToken, CancellationToken cancellationToken, int calls = CallsPerGrant)
    {
        _grant = await connector.GrantAsync(
            lease.Workspace,
            lease.ConnectionId,
            new GrantRequest(calls, refusedToken) { Priority = Priority, Usage = observed.Take(lease.ConnectionId) },
            cancellationToken
        );
        _calls = _grant.Calls;
    }
}

/// <summary>The calls of a grant are used up in the middle of one use; the next round asks for more.</summary>
public sealed class GrantSpentException() : Exception("The granted API calls are used up.");

/// <summary>Opens access to a lane's CRM.</summary>
public sealed class Accesses(
    IEnumerable<ICrm> crms,
    ConnectorClient connector,
    ObservedUsage observed,
    LeaseStore leases,
    HoldWatch holds,
    TimeProvider clock,
    PushOptions options
)
{
    /// <param name="priority">What the calls are for.</param>
    /// <exception cref="CrmException">There is no access now, or the connection may not be written to.</exception>
    public async Task<LaneAccess> OpenAsync(Lease lease, CallPriority priority, CancellationToken cancellationToken)
    {
        var (grant, crm) = await GrantAsync(
            lease.Workspace,
            lease.ConnectionId,
            LaneAccess.CallsPerGrant,
            priority,
            cancellationToken
        );
        await leases.LearnSystemAsync(lease, grant.System, cancellationToken);
        return new LaneAccess(lease, crm, grant, connector, observed, leases, holds, clock, options)
        {
            Priority = priority,
        };
    }

    /// <summary>Access that only reads, beside the lane and whoever serves it.</summary>
    /// <param name="source">Whose leads are looked for: a hold on it stops the calls.</param>
    /// <exception cref="CrmException">There is no access now, or the connection may not be written to.</exception>
    public async Task<LookAccess> LookAsync(
        string workspace,
        Guid connectionId,
        string source,
        CancellationToken cancellationToken
    )
    {
        var (grant, crm) = await GrantAsync(
            workspace,
            connectionId,
            LookAccess.CallsPerGrant,
            CallPriority.Probe,
            cancellationToken
        );
        return new LookAccess(workspace, source, crm, grant, connector, observed, holds, clock);
    }

    private async Task<(Grant Grant, ICrm Crm)> GrantAsync(
        string workspace,
        Guid connectionId,
        int calls,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        var ask = new GrantRequest(calls) { Priority = priority, Usage = observed.Take(connectionId) };
        var grant = await connector.GrantAsync(workspace, connectionId, ask, cancellationToken);
        // Promise: a connection whose direction is pull is never written to, whoever mapped what to it.
        if (grant.Direction == "pull")
        {
            var kind = FailureCatalogue.PullOnly;
            throw new CrmException(
                new CrmFailure(kind.Code, FailureClass.Configuration, kind.Cause, kind.Cause, kind.Fix)
            );
        }
        var crm =
            crms.FirstOrDefault(crm => crm.System == grant.System)
            ?? throw new InvalidOperationException($"There is no client for the CRM '{grant.System}'.");
        return (grant, crm);
    }
}
