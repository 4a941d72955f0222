using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Connector.Tokens;

/// <summary>Connector's own use of an org: for descriptions and usage figures.</summary>
internal sealed class OrgSession(Access access, AccessTokens tokens) : CrmSession
{
    private Access _access = access;

    public override Uri InstanceUrl => _access.ApiUrl;
    public override string AccessToken => _access.Token;
    public override string? UserId => _access.UserId;

    /// <summary>What the last answer said of the org's API usage; null when none did.</summary>
    public ApiUsageSeen? Seen { get; private set; }

    public override async Task RenewAsync(string refusedToken, CancellationToken cancellationToken) =>
        _access = await tokens.GetAsync(_access.ConnectionId, AccessTokens.Hash(refusedToken), cancellationToken);

    public override void BeforeCall() { }

    public override void Observe(ApiUsage usage) => Seen = new ApiUsageSeen(usage.Used, usage.Allowance);
}

/// <summary>A first look at an org, with a token that is not stored yet: there is nothing to renew.</summary>
internal sealed class TrialSession(CrmToken token) : CrmSession
{
    public override Uri InstanceUrl => token.InstanceUrl;
    public override string AccessToken => token.AccessToken;
    public override string? UserId => token.UserId;

    public override Task RenewAsync(string refusedToken, CancellationToken cancellationToken) =>
        throw new CrmException(
            new CrmFailure(
                "AUTH_CONFIGURATION",
                FailureClass.Session,
                "",
                "The CRM refuses the session that it has just given.",
                "In Salesforce, check the session and IP policies of the app and the user."
            )
        );

    public override void BeforeCall() { }
}
