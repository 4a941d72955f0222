using System.Security.Cryptography;
using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Crm.Salesforce;

namespace LeadSync.Connector.OAuth;

/// <summary>What a browser brings back from a CRM's page.</summary>
/// <param name="System">The CRM whose callback it is.</param>
/// <param name="Browser">The cookie that following a connect link has set.</param>
public sealed record Callback(
    string System,
    string? Code,
    string? State,
    string? Error,
    string? ErrorDescription,
    string? Browser
)
{
    public override string ToString() => nameof(Callback);
}

/// <summary>
/// Takes the answer of a CRM's page: the state counts once, the code is exchanged, and the org is asked who it is. Nothing of
/// it is a connection yet: a person is shown the org, and confirms it.
/// </summary>
public sealed class ReceiveCallback(
    ConsentStore consents,
    ConnectionStore connections,
    EndConsent end,
    HistoryStore history,
    Login login,
    SalesforceOrgs orgs,
    OrgUsage usage,
    MasterKey master,
    OAuthOptions options,
    TimeProvider clock,
    ILogger<ReceiveCallback> log
)
{
    /// <returns>The consent, shown or refused; an error where it belongs to none that may be told of.</returns>
    public async Task<(Consent? Consent, OAuthError? Error)> HandleAsync(
        Callback callback,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        if (
            callback.State is not { Length: > 0 and <= 200 } state
            || await consents.TakeStateAsync(OneTimeSecret.Hash(state), now, cancellationToken)
                is not var (consent, isFirst)
        )
        {
            log.LogWarning("A callback of {System} came with a state that nobody was given", callback.System);
            return await StrangerAsync(null, callback, "The state is none that was given out.", cancellationToken);
        }
        if (!isFirst)
            return await StrangerAsync(consent, callback, "The answer was used before.", cancellationToken);
        if (consent.System != callback.System)
            return await RefuseAsync(
                consent,
                Unknown($"The answer belongs to {consent.System}, and came to the address of {callback.System}."),
                cancellationToken
            );
        if (consent.Step != ConsentStep.Asked || consent.StateExpiresAt <= now)
        {
            var expired = new OAuthError(
                FailureCatalogue.ConsentExpired,
                $"The answer came later than {options.StateLife.TotalMinutes:0} minutes after it was asked for."
            );
            return await RefuseAsync(consent, expired, cancellationToken);
        }
        if (consent.ByLink && !IsOf(consent, callback.Browser))
            return await RefuseAsync(
                consent,
                Unknown("The answer came in another browser than the one that followed the connect link."),
                cancellationToken
            );
        if (callback.Error is not null)
            return await RefuseAsync(
                consent,
                OAuthError.Of(SalesforceAuth.Judge(callback.Error, callback.ErrorDescription)),
                cancellationToken
            );
        if (callback.Code is not { Length: > 0 and <= 4_000 })
            return await RefuseAsync(consent, Unknown("The answer holds no code."), cancellationToken);
        return await ExchangeAsync(consent, callback.Code, cancellationToken);
    }

    private async Task<(Consent?, OAuthError?)> ExchangeAsync(
        Consent consent,
        string code,
        CancellationToken cancellationToken
    )
    {
        var key = consent.Open(master);
        CrmToken? token = null;
        SalesforceOrg org;
        try
        {
            var app = login.App(consent.ClientId, consent.ClientSecret, key, Consent.ClientSecretField);
            // Not the browser's to stop: what the CRM gives must be kept or given back.
            token = await login.ExchangeAsync(
                consent,
                app,
                code,
                key.Open(Consent.VerifierField, consent.Verifier!),
                CancellationToken.None
            );
            var session = new TrialSession(token);
            org = await orgs.ReadAsync(session, cancellationToken);
            // The org's budget starts from this figure.
            await usage.ReadAsync(session, org.OrgId, cancellationToken);
        }
        catch (CrmException fault)
        {
            return await RefuseAsync(consent, OAuthError.Of(fault.Failure), cancellationToken, token);
        }
        if (await FaultAsync(consent, org, cancellationToken) is { } wrong)
            return await RefuseAsync(consent, wrong, cancellationToken, token);
        var shown = consent with
        {
            Step = ConsentStep.Shown,
            OrgId = org.OrgId,
            OrgName = org.Name,
            UserId = token.UserId,
            Username = org.Username,
            ApiUrl = token.InstanceUrl.GetLeftPart(UriPartial.Authority),
            AccessToken = key.Seal(Consent.AccessTokenField, token.AccessToken),
            RefreshToken = token.RefreshToken is null ? null : key.Seal(Consent.RefreshTokenField, token.RefreshToken),
            ExpiresAt = AskConsent.Stored(clock.GetUtcNow() + options.ConfirmWithin),
        };
        await consents.ShowAsync(
            shown,
            Happened(shown, Did.OrgShown, detail: $"{org.Name} ({org.OrgId}), {org.Username}"),
            CancellationToken.None
        );
        return (shown, null);
    }

    /// <summary>What speaks against the org that somebody has logged in to.</summary>
    private async Task<OAuthError?> FaultAsync(Consent consent, SalesforceOrg org, CancellationToken cancellationToken)
    {
        var environment = org.IsSandbox ? ConsentEnvironment.Sandbox : ConsentEnvironment.Production;
        var shown = $"{org.Name} ({org.OrgId})";
        if (environment != consent.Environment)
        {
            return new OAuthError(
                FailureCatalogue.EnvironmentDiffers,
                $"{shown} is of the environment {environment}; {consent.Environment} was chosen."
            );
        }
        var existing =
            consent.Purpose == ConsentPurpose.Connect
                ? null
                : await connections.FindAsync(consent.Workspace, consent.ConnectionId, cancellationToken);
        return consent.Purpose switch
        {
            ConsentPurpose.Reauthorise when existing?.OrgId != org.OrgId => new OAuthError(
                FailureCatalogue.OtherOrg,
                $"{shown} is not the org of the connection, {existing?.OrgName ?? "another"} ({existing?.OrgId ?? "removed"})."
            ),
            ConsentPurpose.Move when existing?.OrgId == org.OrgId => new OAuthError(
                FailureCatalogue.Conflict,
                $"{shown} is the org that the connection has already. To authorise it again, ask without 'move'."
            ),
            ConsentPurpose.Connect
            or ConsentPurpose.Move
                when await connections.IsOrgTakenAsync(consent.System, org.OrgId, cancellationToken) => new OAuthError(
                FailureCatalogue.Conflict,
                $"{shown} has a connection already, in this workspace or another. An org has one."
            ),
            _ => null,
        };
    }

    private async Task<(Consent?, OAuthError?)> RefuseAsync(
        Consent consent,
        OAuthError error,
        CancellationToken cancellationToken,
        CrmToken? given = null
    )
    {
        await end.RefuseAsync(consent, error, Who(consent), given, cancellationToken);
        return (consent, error);
    }

    // Its consent is left as it is: whoever was given the state may have used it rightly before.
    private async Task<(Consent?, OAuthError?)> StrangerAsync(
        Consent? consent,
        Callback callback,
        string why,
        CancellationToken cancellationToken
    )
    {
        var error = Unknown(why);
        await history.AddAsync(
            new Happening(
                consent?.Workspace,
                consent?.ConnectionId,
                clock.GetUtcNow(),
                $"callback:{callback.System}",
                Did.CallbackRefused,
                error.Kind.Code,
                why
            ),
            cancellationToken
        );
        return (null, error);
    }

    private Happening Happened(Consent consent, string what, string detail) =>
        new(consent.Workspace, consent.ConnectionId, clock.GetUtcNow(), Who(consent), what, Detail: detail);

    internal static string Who(Consent consent) => consent.ByLink ? $"link:{consent.Id}" : consent.MadeBy;

    private static bool IsOf(Consent consent, string? browser) =>
        browser is not null
        && consent.BrowserHash is not null
        && CryptographicOperations.FixedTimeEquals(OneTimeSecret.Hash(browser), consent.BrowserHash);

    private static OAuthError Unknown(string why) => new(FailureCatalogue.ConsentUnknown, why);
}
