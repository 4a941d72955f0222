using System.Security.Cryptography;
using System.Text;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Holds;

namespace LeadSync.Push.Access;

/// <summary>
/// Access to a CRM for looking only, beside whoever serves its lane: from the same allowance, after all that is more urgent,
/// and stopped by the same holds.
/// </summary>
public sealed class LookAccess(
    string workspace,
    string source,
    ICrm crm,
    Grant grant,
    ConnectorClient connector,
    ObservedUsage observed,
    HoldWatch holds,
    TimeProvider clock
) : CrmAccess
{
    /// <summary>Calls asked for at a time: to match, to heal what was merged, to read back, and for the pages of a long answer.</summary>
    public const int CallsPerGrant = 6;

    private readonly Guid _connectionId = grant.ConnectionId;
    private readonly Cargo[] _cargo = [new Cargo(source, "")];
    private Grant _grant = grant;
    private int _calls = grant.Calls;

    public override ICrm Crm => crm;

    /// <summary>Calls made so far.</summary>
    public int Used { get; private set; }

    public override Uri InstanceUrl => _grant.InstanceUrl;

    public override string AccessToken => _grant.AccessToken;

    public override string? UserId => _grant.UserId;

    /// <summary>Before each use of <see cref="Crm"/>: asks for more calls where none are left, or too late for them.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) =>
        _calls <= 0 || clock.GetUtcNow() >= _grant.ExpiresAt
            ? AskAsync(refusedToken: null, cancellationToken)
            : Task.CompletedTask;

    /// <exception cref="HeldException">A hold is set; nothing was sent.</exception>
    public override void BeforeCall()
    {
        holds.Check(workspace, _connectionId, _cargo);
        if (--_calls < 0)
            throw new GrantSpentException();
        Used++;
    }

    public override Task RenewAsync(string refusedToken, CancellationToken cancellationToken) =>
        AskAsync(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(refusedToken))), cancellationToken);

    public override void Observe(ApiUsage usage) => observed.Note(_connectionId, usage);

    /// <summary>Where people open a record.</summary>
    public TestRecord Open(KnownRecord record) =>
        new(record.Object, record.RecordId, new Uri(InstanceUrl, $"/{record.RecordId}"));

    private async Task AskAsync(string? refusedToken, CancellationToken cancellationToken)
    {
        _grant = await connector.GrantAsync(
            workspace,
            _connectionId,
            new GrantRequest(CallsPerGrant, refusedToken)
            {
                Priority = CallPriority.Probe,
                Usage = observed.Take(_connectionId),
            },
            cancellationToken
        );
        _calls = _grant.Calls;
    }
}
